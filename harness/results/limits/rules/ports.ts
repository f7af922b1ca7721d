import { cannotJudge, type HeldMoment, type LimitRule } from "../rule.ts";
import type { Moment } from "../observed-load.ts";

/** Ours: a lost SYN or two in a window happens on any network. */
const SYNS = 3;

export const ports: LimitRule = {
  id: "ports",
  limit: "ports or connection queues between the load and Coder",
  condition:
    "in a window the generator's machine sent at least 3 requests for a connection again, or dropped one because a queue was full, or it ran out of local ports",
  source:
    "coder/coder #28093: 60,000 connections exhaust a load balancer's ports; 3 in a window: ours, as one lost packet is the network's",
  indicates:
    "NAT, a load balancer or local ports are used up; new connections wait for seconds before Coder sees them",
  advice:
    "use more addresses (NAT, load balancer or generator), a wider range of local ports, and fewer new connections a second",
  confidence: "medium",
  judge: (load) => {
    const all = [...load.moments, ...load.limitedMoments].toSorted((one, other) => one.atMs - other.atMs);
    const known = all.filter(({ window }) => window.generator.synRetransmits !== undefined);
    const exhausted = load.measurements.failures.find(
      ({ class: of, example }) => of === "generator-exhausted" && /\bports?\b|EADDRNOTAVAIL/i.test(example),
    );
    if (exhausted !== undefined) {
      const evidence = {
        figure: "failures.generator-exhausted",
        value: exhausted.count,
        words: exhausted.example,
      };
      const failing = all.filter(({ window }) => window.failures > 0);
      const held = (failing.length > 0 ? failing : all).map((moment) => ({
        moment,
        strength: exhausted.count,
        evidence,
      }));
      return { state: "judged", held, among: held.length, isOfEvents: true };
    }
    if (known.length === 0) return cannotJudge("not seen: retransmitted SYNs of the generator's machine");
    return { state: "judged", held: known.flatMap(heldIn), among: known.length };
  },
};

function heldIn(moment: Moment): readonly HeldMoment[] {
  const { synRetransmits = 0, listenOverflows = 0 } = moment.window.generator;
  const isSyn = synRetransmits >= SYNS;
  if (!isSyn && listenOverflows === 0) return [];
  const value = isSyn ? synRetransmits : listenOverflows;
  const what = isSyn
    ? `requests for a connection were sent again (at least ${SYNS})`
    : "connections were dropped by a full queue";
  return [
    {
      moment,
      strength: value,
      evidence: {
        figure: `windows.generator.${isSyn ? "synRetransmits" : "listenOverflows"}`,
        atMs: moment.window.endMs,
        value,
        words: `${value} ${what}, ${moment.window.activity}`,
      },
    },
  ];
}
