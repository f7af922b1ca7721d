import type { Moment, ObservedLoad } from "../observed-load.ts";
import { phaseMs } from "../observed-load.ts";
import { cannotJudge, type HeldMoment, type Judgement, type LimitRule } from "../rule.ts";
import { coderdProcessCpu, containerCpu, isCpuSeen, nodeCpu, SATURATED, shown } from "../saturation.ts";

/** Ours: a lost SYN or two in a window happens on any network. */
const SYNS = 3;
/** The first repeat of a SYN is sent after 1 s (RFC 6298), so that a connection that waits for one takes as long. */
const REPEATED_MS = 1_000;
/** A connection whose SYN was sent again fails at most this much later: the load's usual timeout of a connection. */
const FAILS_WITHIN_MS = 60_000;
/** What the system says where no local port is free, with and without its code. */
const NO_PORT = /EADDRNOTAVAIL|cannot assign requested address|\b(local|ephemeral) ports?\b/i;

/**
 * The kernel's counters are those of a whole machine, which others use as well: they only confirm what the load's own
 * connections said.
 */
export const ports: LimitRule = {
  id: "ports",
  limit: "ports between the load and Coder",
  condition:
    "the load's own connections failed because no local port was free; or they timed out, and before that at least 3 requests for a connection were sent again in a window, while neither the generator, coderd nor a node was short of CPU",
  source:
    "coder/coder #28093: 60,000 connections exhaust a load balancer's ports; a request is repeated after 1 s (RFC 6298); 3 in a window: ours, as one lost packet is the network's, and as others on the generator's machine are in this count, it never counts alone",
  indicates:
    "local ports, or those of NAT or a load balancer, are used up; new connections never reach Coder",
  advice:
    "use more addresses (NAT, load balancer or generator), a wider range of local ports, and fewer new connections a second",
  confidence: "medium",
  judge: (load) => localPorts(load) ?? portsOnTheWay(load),
};

/** Ports of the generator's own machine: its failures name them. */
function localPorts({ moments, limitedMoments, measurements }: ObservedLoad): Judgement | undefined {
  const failed = measurements.failures.filter((each) => each.class === "generator-exhausted");
  const named = failed.find(({ example }) => NO_PORT.test(example));
  if (named === undefined) return undefined;
  const count = failed.reduce((sum, each) => sum + each.count, 0);
  const evidence = { figure: "failures.generator-exhausted", value: count, words: named.example };
  const all = [...moments, ...limitedMoments].toSorted((one, other) => one.atMs - other.atMs);
  const failing = all.filter(({ window }) => window.failures > 0);
  const held = (failing.length > 0 ? failing : all).map((moment) => ({ moment, strength: count, evidence }));
  return { state: "judged", held, among: held.length, isOfEvents: true, confidence: "high" };
}

/** Ports of something between: connections time out, and nothing at either end is too busy to answer. */
function portsOnTheWay(load: ObservedLoad): Judgement {
  const { measurements, moments } = load;
  const known = moments.filter(({ window }) => window.generator.synRetransmits !== undefined);
  if (known.length === 0) return cannotJudge("not seen: repeated SYNs of the generator's machine");
  const timedOut = measurements.failures
    .filter((each) => each.class === "connect-timeout")
    .reduce((sum, { count }) => sum + count, 0);
  const repeated = known.filter(
    (moment) => (moment.window.generator.synRetransmits ?? 0) >= SYNS && !isShortOfCpu(load, moment),
  );
  if (timedOut === 0) return withoutTimeouts(load, repeated, known.length);
  const failedAt = [...moments, ...load.limitedMoments]
    .filter(({ window }) => window.failures > 0)
    .map(({ window }) => window.endMs);
  const held = repeated
    .filter(({ window }) =>
      failedAt.some((atMs) => window.startMs < atMs && atMs <= window.endMs + FAILS_WITHIN_MS),
    )
    .map((moment) => heldIn(moment, timedOut));
  const isSeen = repeated.some((moment) => isCpuSeen(load, moment));
  return { state: "judged", held, among: known.length, ...(!isSeen && { confidence: "low" }) };
}

/** Connections that took as long as a repeated SYN and got through: nothing tells whose SYNs the machine repeated. */
function withoutTimeouts(load: ObservedLoad, repeated: readonly Moment[], among: number): Judgement {
  const slow = (["terminal-first-byte", "ssh-handshake"] as const).find(
    (phase) => (phaseMs(load, phase, 95)?.ms ?? 0) >= REPEATED_MS,
  );
  if (slow === undefined || repeated.length === 0) return { state: "judged", held: [], among };
  return cannotJudge(
    `the generator's machine sent requests for connections again, and ${slow} took at least ${shown(REPEATED_MS / 1000)} s at p95, but none timed out: those of others are in the count`,
  );
}

function isShortOfCpu(load: ObservedLoad, moment: Moment): boolean {
  return [
    ...coderdProcessCpu(load, moment),
    ...containerCpu(load, moment, "coderd"),
    ...nodeCpu(load, moment),
  ].some(({ share }) => share >= SATURATED);
}

function heldIn(moment: Moment, timedOut: number): HeldMoment {
  const { synRetransmits = 0 } = moment.window.generator;
  return {
    moment,
    strength: synRetransmits / SYNS,
    evidence: {
      ...{ figure: "windows.generator.synRetransmits", atMs: moment.window.endMs, value: synRetransmits },
      words: `${synRetransmits} requests for a connection were sent again (at least ${SYNS}), ${moment.window.activity}; ${timedOut} connections of the load timed out`,
    },
  };
}
