import type { SessionEnd, ShellSession } from "../coder/shell-session.ts";
import type { LoadResult } from "../model/shard.ts";
import type { LoadContext, LoadWorkspace } from "./load-context.ts";
import { pace } from "./pacer.ts";
import { watchServerGauge } from "./server-gauge.ts";
import { isAnswered, nonce, openConnection } from "./visit-workspace.ts";

/** Connections closed in one go: the other side has to answer each. */
const CLOSE_BATCH = 250;
const CLOSE_PAUSE_MS = 20;

interface HeldConnection {
  readonly session: ShellSession;
  isVerified: boolean;
}

/**
 * Ramps up to all connections at a constant rate, verifies each by a nonce, and holds them at the same time with
 * verified commands spread over them. Held is what still stood, verified, when the hold ended.
 */
export async function holdConnections(
  load: LoadContext,
  ready: readonly LoadWorkspace[],
): Promise<{ readonly connections: LoadResult["connections"]; readonly close: () => Promise<void> }> {
  const asked = load.task.connections.total;
  const held: HeldConnection[] = [];
  let lost = 0;
  let isHolding = true;
  const onLost = ({ why, reason }: SessionEnd): void => {
    if (!isHolding) return;
    lost++;
    load.failures.add(why === "half-open" ? "half-open" : "connection-lost", "held-command", reason);
  };

  load.board.connections.wanted = asked;
  if (asked > 0 && ready.length > 0 && !load.signal.aborted) await rampUp(load, ready, held, onLost);
  const serverGauge = await hold(load, held);

  const standing = held.filter(({ session, isVerified }) => session.isOpen && isVerified);
  const heldSsh = standing.filter(({ session }) => session.kind === "ssh").length;
  const connections = {
    asked,
    held: standing.length,
    heldTerminal: standing.length - heldSsh,
    heldSsh,
    verified: held.filter(({ isVerified }) => isVerified).length,
    lost,
    ...(serverGauge === undefined ? {} : { serverGauge }),
  };
  isHolding = false;
  return { connections, close: () => closeAll(load, held) };
}

async function rampUp(
  load: LoadContext,
  ready: readonly LoadWorkspace[],
  held: HeldConnection[],
  onLost: (end: SessionEnd) => void,
): Promise<void> {
  load.board.activity = "connecting";
  load.health.startPacing();
  const { total, rampPerSecond } = load.task.connections;
  const next = spread(ready, load.task.deployment.ssh === "none" ? 0 : load.task.connections.sshShare);
  const opening: Promise<void>[] = [];
  const { signal } = load;
  await pace(
    { perSecond: rampPerSecond, count: total, signal, slip: load.health.slip.ramp },
    (_index, dueMs) => {
      const { workspace, kind } = next();
      opening.push(
        openConnection(load, workspace, kind, dueMs).then(async (session) => {
          if (session === undefined) {
            load.board.connections.failed++;
            return;
          }
          const connection = { session, isVerified: false };
          held.push(connection);
          load.board.connections[kind]++;
          void session.closed.then((end) => {
            load.board.connections[kind]--;
            onLost(end);
          });
          await verify(load, connection, performance.now());
        }),
      );
    },
  );
  await Promise.race([Promise.all(opening), load.stopped]);
}

/** Deals connections to workspaces: each kind goes round all of them by itself, SSH evenly among the others. */
export function spread<T>(
  workspaces: readonly T[],
  sshShare: number,
): () => { readonly workspace: T; readonly kind: "terminal" | "ssh" } {
  const dealt = { terminal: 0, ssh: 0 };
  return () => {
    const count = dealt.terminal + dealt.ssh + 1;
    // The sum of shares such as 0.3 falls just short of whole numbers.
    const kind = Math.floor(count * sshShare + 1e-9) > dealt.ssh ? "ssh" : "terminal";
    const workspace = workspaces[dealt[kind]++ % workspaces.length];
    if (workspace === undefined) throw new RangeError("there is no workspace to connect to");
    return { workspace, kind };
  };
}

async function hold(
  load: LoadContext,
  held: readonly HeldConnection[],
): Promise<LoadResult["connections"]["serverGauge"]> {
  const { holdMs, commandsPerSecond } = load.task.connections;
  if (held.length === 0 || load.signal.aborted) return undefined;
  load.board.activity = "holding";
  const gauge = watchServerGauge(load);
  const count = Math.floor((holdMs / 1000) * commandsPerSecond);
  const answers: Promise<void>[] = [];
  const { signal } = load;
  const commands = pace(
    { perSecond: Math.max(commandsPerSecond, 0.001), count, signal, slip: load.health.slip.hold },
    (index, dueMs) => {
      const connection = held[index % held.length];
      if (connection?.session.isOpen === true) answers.push(verify(load, connection, dueMs));
    },
  );
  await Promise.all([commands, load.clock.sleep(holdMs, signal).catch(() => undefined)]);
  await Promise.race([Promise.all(answers), load.stopped]);
  return gauge.stop();
}

/** Sends a word and waits until it comes back as output. */
async function verify(load: LoadContext, connection: HeldConnection, dueMs: number): Promise<void> {
  const word = nonce();
  const startedMs = performance.now();
  const outcome = await connection.session.ask(`echo ${word}`, word, {
    timeoutMs: load.task.timeouts.commandMs,
  });
  if (outcome.state === "answered") {
    connection.isVerified = true;
    load.board.answered();
    load.latencies.record("held-command", { dueMs, startedMs, endMs: outcome.atMs });
    return;
  }
  // A connection that stopped answering is not held, even when its socket still stands.
  connection.isVerified = false;
  // The loss of a connection is counted once, when it closes.
  if (outcome.state !== "closed") isAnswered(load, "held-command", outcome, word);
}

async function closeAll(load: LoadContext, held: readonly HeldConnection[]): Promise<void> {
  if (held.length === 0) return;
  load.board.activity = "closing";
  for (const [index, { session }] of held.entries()) {
    session.close();
    if (index % CLOSE_BATCH === CLOSE_BATCH - 1) await load.clock.sleep(CLOSE_PAUSE_MS);
  }
}
