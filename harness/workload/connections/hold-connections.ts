import type { LoadResult } from "../../model/record/worker-result.ts";
import { closeConnections } from "./close-connections.ts";
import { closingRound } from "./closing-round.ts";
import { type HeldConnection, isHeld } from "./held-connection.ts";
import { verify } from "./verify.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";
import { pace } from "../generator/pacer.ts";
import { RampUp } from "./ramp-up.ts";
import { watchServerGauge } from "./server-gauge.ts";
import { inGroups } from "./tick-groups.ts";
import { TrafficWheel } from "./traffic.ts";

type Connections = LoadResult["connections"];

/**
 * Ramps up to all connections at a constant rate, verifies each with a nonce, and holds them while verified
 * commands and traffic run over them. A closing round then asks each for a last nonce: a connection is held
 * if it answers and never dropped before. Each requested connection counts as held, lost or failed.
 * `untilMs` is the instant of `performance.now()` at which the hold ends beside other loads, whose sessions the
 * server's own count includes: it is then not read.
 */
export async function holdConnections(
  load: LoadContext,
  ready: readonly LoadWorkspace[],
  untilMs?: number,
): Promise<{ readonly connections: Connections; readonly close: () => Promise<void> }> {
  const asked = load.task.connections.total;
  load.board.connections.wanted += asked;
  const ramp = new RampUp(load);
  try {
    if (asked > 0 && ready.length > 0 && !load.signal.aborted) await ramp.run(ready);
    // Without a workspace, none of them can be opened.
    if (ready.length === 0 && !load.signal.aborted) ramp.failedToOpen = asked;
    await load.together("hold");
    const held = await hold(ramp, untilMs);
    const connections = {
      ...(await countResults(ramp)),
      ...held,
    };
    ramp.isOver = true;
    return { connections, close: () => closeConnections(load, ramp.opened) };
  } finally {
    ramp.liveness.stop();
  }
}

async function hold(
  ramp: RampUp,
  untilMs: number | undefined,
): Promise<Pick<Partial<Connections>, "serverGauge" | "serverGaugeAsked" | "traffic">> {
  const { load, opened } = ramp;
  const holdMs =
    untilMs === undefined ? load.task.connections.holdMs : Math.max(0, untilMs - performance.now());
  if (opened.length === 0 || load.signal.aborted) return {};
  load.board.activity = "holding";
  load.board.stage = "hold";
  const gauge = untilMs === undefined ? watchServerGauge(load) : undefined;
  const wheel = load.task.traffic === undefined ? undefined : new TrafficWheel(ramp, load.task.traffic);
  await Promise.all([
    sendCommands(ramp, holdMs),
    wheel?.run(opened, holdMs),
    load.clock.sleep(holdMs, load.signal).catch(() => undefined),
  ]);
  await closingRound(
    ramp,
    opened.filter(({ session, isLost, isFaulty }) => session.isOpen && !isLost && !isFaulty),
  );
  return { ...(await gauge?.stop()), ...(wheel && { traffic: wheel.pieces }) };
}

/** Sends verified commands at a constant rate over all connections in turn, until the last answer. */
async function sendCommands(ramp: RampUp, holdMs: number): Promise<void> {
  const { load, opened } = ramp;
  const { commandsPerSecond } = load.task.connections;
  // The share of a part can fall just short of a whole number.
  const count = Math.floor((holdMs / 1000) * commandsPerSecond + 1e-9);
  const answers: Promise<void>[] = [];
  const perSecond = Math.max(commandsPerSecond, 0.001);
  const schedule = { dueAtMs: inGroups(perSecond), count };
  await pace({ ...schedule, signal: load.signal, slip: load.health.slip.hold }, (index, dueMs) => {
    const connection = opened[index % opened.length];
    if (connection?.session.isOpen === true)
      answers.push(verify(ramp, connection, { phase: "held-command", dueMs }));
  });
  await Promise.race([Promise.all(answers), load.stopped]);
}

async function countResults(ramp: RampUp): Promise<Connections> {
  const { opened, failedToOpen } = ramp;
  const isStopped = ramp.load.signal.aborted;
  const held = opened.filter((connection) => isHeld(connection, isStopped));
  const ssh = held.filter(({ session }) => session.kind === "ssh");
  const lost = opened.filter(({ isLost }) => isLost).length;
  const paths = await Promise.all(ssh.map(({ session }) => session.path()));
  const count = (path: "relayed" | "direct"): number => paths.filter((one) => one === path).length;
  const isPathKnown = paths.some((path) => path !== undefined);
  return {
    asked: ramp.load.task.connections.total,
    held: held.length,
    heldTerminal: held.length - ssh.length,
    heldSsh: ssh.length,
    verified: opened.filter(({ provedMs }) => provedMs !== undefined).length,
    lost,
    failed: failedToOpen + opened.length - held.length - lost,
    ...(held.length > 0 && { lastProof: proofAges(held, performance.now()) }),
    reconnected: ramp.reconnected,
    bytes: ramp.bytes(),
    ...(isPathKnown ? { sshRelayed: count("relayed"), sshDirect: count("direct") } : {}),
  };
}

/** How long ago each connection last carried an answer: median and maximum. */
function proofAges(held: readonly HeldConnection[], nowMs: number): { p50Ms: number; maxMs: number } {
  const ages = held
    .map(({ provedMs = 0 }) => Math.max(0, Math.round(nowMs - provedMs)))
    .sort((a, b) => a - b);
  return { p50Ms: ages[Math.ceil(ages.length / 2) - 1] ?? 0, maxMs: ages.at(-1) ?? 0 };
}
