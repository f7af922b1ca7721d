import { randomUUID } from "node:crypto";
import type { SessionEnd } from "../../coder/shell-session.ts";
import { endClass } from "../context/connect-class.ts";
import { beginToHold, type HeldConnection } from "./held-connection.ts";
import { verify } from "./verify.ts";
import { ConnectionLiveness } from "./liveness.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";
import { openConnection, tryToOpen } from "./open-connection.ts";
import { pace } from "../generator/pacer.ts";
import { spread } from "./spread.ts";

/** Opens the connections at a constant rate and tracks each until the hold is over. */
export class RampUp {
  /** The opened connections, including lost ones. */
  readonly opened: HeldConnection[] = [];
  failedToOpen = 0;
  reconnected = 0;
  /** Once true, a connection that ends does not count as lost. */
  isOver = false;
  readonly load: LoadContext;
  readonly liveness: ConnectionLiveness;
  /** Bytes of sessions that were replaced by a reattached one. */
  readonly #before = { sent: 0, received: 0 };

  constructor(load: LoadContext) {
    this.load = load;
    this.liveness = new ConnectionLiveness(load, this.opened);
  }

  async run(ready: readonly LoadWorkspace[]): Promise<void> {
    const { load } = this;
    load.board.activity = "connecting";
    load.board.stage = "opening";
    load.health.startPacing();
    const { total, rampPerSecond } = load.task.connections;
    const next = spread(ready, this.#sshShare());
    const opening: Promise<void>[] = [];
    const { signal, health } = load;
    await pace(
      { perSecond: rampPerSecond, count: total, signal, slip: health.slip.ramp },
      (_index, dueMs) => {
        const { workspace, kind } = next();
        opening.push(this.#open(workspace, kind, dueMs));
      },
    );
    await Promise.race([Promise.all(opening), load.stopped]);
  }

  /** Bytes sent and received, over all connections. */
  bytes(): { sent: number; received: number } {
    return this.opened.reduce(
      (sum, { session }) => ({ sent: sum.sent + session.sent, received: sum.received + session.received }),
      this.#before,
    );
  }

  /** The requested share, or as much as this machine can carry, with a note. */
  #sshShare(): number {
    const { load } = this;
    const { task, ssh } = load;
    const { total, sshShare } = task.connections;
    if (task.deployment.ssh === "none") return 0;
    if (ssh.bound !== undefined) load.note(`SSH is carried by ${ssh.bound}`);
    const asked = Math.floor(total * sshShare + 1e-9);
    if (asked <= ssh.sessions) return sshShare;
    load.note(
      `${ssh.sessions} of ${asked} requested SSH connections are opened, the others as terminals: request fewer, or use --engine coder`,
    );
    return ssh.sessions / total;
  }

  async #open(workspace: LoadWorkspace, kind: "terminal" | "ssh", dueMs: number): Promise<void> {
    const { load } = this;
    const isReattached = kind === "terminal" && load.task.connections.reconnect === true;
    const reconnect = isReattached ? randomUUID() : undefined;
    const opened = await openConnection(load, workspace, { kind, dueMs, ...(reconnect && { reconnect }) });
    if (opened === undefined) {
      this.failedToOpen++;
      load.board.connections.failed++;
      return;
    }
    const connection = beginToHold(load, opened, { workspace, reconnect });
    this.opened.push(connection);
    opened.session.onEnd((end) => this.#ended(connection, end));
  }

  /** Counts a lost connection, even if its terminal is reattached afterwards. */
  #ended(connection: HeldConnection, end: SessionEnd): void {
    const { load } = this;
    load.board.connections[connection.session.kind]--;
    if (this.isOver || end.why === "closed-by-us") return;
    load.failures.add(endClass(end), "held-command", end.reason);
    const isFirst = !connection.isLost;
    connection.isLost = true;
    if (isFirst && connection.reconnect !== undefined) void this.#reattach(connection, connection.reconnect);
  }

  /** Reattaches once. The same identity reaches the same shell, with its output of the meantime. */
  async #reattach(connection: HeldConnection, reconnect: string): Promise<void> {
    const { load } = this;
    const { workspace, session } = connection;
    const outcome = await tryToOpen(load, workspace, { kind: "terminal", reconnect });
    if (outcome.state === "failed") return;
    if (this.isOver || load.signal.aborted) {
      outcome.session.close();
      return;
    }
    this.#before.sent += session.sent;
    this.#before.received += session.received;
    connection.session = outcome.session;
    load.board.connections.terminal++;
    outcome.session.onEnd((end) => this.#ended(connection, end));
    await verify(this, connection, { phase: "opening-command", dueMs: performance.now() });
    if (connection.isVerified) this.reconnected++;
  }
}
