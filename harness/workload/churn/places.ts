import type { SessionEnd } from "../../coder/shell-session.ts";
import { closeConnections } from "../connections/close-connections.ts";
import { closingRound } from "../connections/closing-round.ts";
import { beginToHold, type HeldConnection } from "../connections/held-connection.ts";
import { ConnectionLiveness } from "../connections/liveness.ts";
import { type OpenConnection, openConnection } from "../connections/open-connection.ts";
import { spread } from "../connections/spread.ts";
import { verify } from "../connections/verify.ts";
import { endClass } from "../context/connect-class.ts";
import type { LoadContext, LoadWorkspace } from "../context/load-context.ts";
import { pace } from "../generator/pacer.ts";
import type { Interruptions } from "./interruptions.ts";

/** A refused opening is repeated after this long, then after twice as long each time, as Coder's own clients do. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
const LOOK_AGAIN_MS = 50;

/** A place for one connection, which is opened again whenever it ends. */
interface Place {
  readonly workspace: LoadWorkspace;
  readonly kind: "terminal" | "ssh";
  connection: HeldConnection | undefined;
  /** Its workspace is being stopped or deleted. */
  isVacant: boolean;
  isOpening: boolean;
  /** It was lost and is not open again. */
  isLost: boolean;
}

/** What happened to connections since the last look. */
export interface PlaceCounts {
  lost: number;
  dropped: number;
  reopened: number;
}

/** Connections that are kept open for a long time: each is opened again when it was lost, dropped or left. */
export class Places {
  readonly liveness: ConnectionLiveness;
  readonly load: LoadContext;
  readonly #places: readonly Place[];
  /** One for each place that was ever open. */
  readonly #connections: HeldConnection[] = [];
  readonly #interruptions: Interruptions;
  #counts: PlaceCounts = { lost: 0, dropped: 0, reopened: 0 };
  #isOver = false;
  #next = 0;

  constructor(
    load: LoadContext,
    { workspaces, total }: { readonly workspaces: readonly LoadWorkspace[]; readonly total: number },
    interruptions: Interruptions,
  ) {
    this.load = load;
    this.#interruptions = interruptions;
    const next = spread(workspaces, load.task.deployment.ssh === "none" ? 0 : load.task.connections.sshShare);
    this.#places = Array.from({ length: total }, () => ({
      ...{ ...next(), connection: undefined, isVacant: false, isOpening: false, isLost: false },
    }));
    this.liveness = new ConnectionLiveness(load, this.#connections);
    load.board.connections.wanted = total;
  }

  /** Opens all, at a rate. */
  async open(perSecond: number): Promise<void> {
    const { signal, health } = this.load;
    const opening: Promise<unknown>[] = [];
    const count = this.#places.length;
    await pace({ perSecond, count, signal, slip: health.slip.ramp }, (index, dueMs) => {
      const place = this.#places[index];
      if (place !== undefined) opening.push(this.#keepOpen(place, dueMs));
    });
    await Promise.race([Promise.all(opening), this.load.stopped]);
  }

  /** Closes the connections of a workspace, and opens none to it until `enter`. */
  leave(workspace: LoadWorkspace): void {
    for (const place of this.#places) {
      if (place.workspace !== workspace || place.isVacant) continue;
      place.isVacant = true;
      this.#settleLoss(place);
      place.connection?.session.close();
    }
  }

  /** Opens the connections of a workspace again. */
  enter(workspace: LoadWorkspace): void {
    for (const place of this.#places) {
      if (place.workspace !== workspace) continue;
      place.isVacant = false;
      void this.#reopen(place);
    }
  }

  /** Closes the next open connection and opens it again, as a laptop's lid does. */
  drop(): void {
    const place = this.#nextOpen();
    if (place === undefined) return;
    this.#counts.dropped++;
    place.connection?.session.close();
    void this.#reopen(place);
  }

  /** Sends a nonce over the next open connection. */
  async command(dueMs: number): Promise<void> {
    const connection = this.#nextOpen()?.connection;
    if (connection !== undefined) await verify(this, connection, { phase: "held-command", dueMs });
  }

  /** Waits until all are open that can be, or as long as one may take. */
  async settled(): Promise<void> {
    const { clock, signal, task } = this.load;
    const deadlineMs = performance.now() + task.timeouts.connectMs;
    const isOpening = (): boolean =>
      this.#places.some((place) => this.#isWanted(place) && place.connection?.session.isOpen !== true);
    while (isOpening() && performance.now() < deadlineMs && !signal.aborted)
      await clock.sleep(LOOK_AGAIN_MS, signal).catch(() => undefined);
  }

  /** What happened since the last call. */
  take(): PlaceCounts {
    const counts = this.#counts;
    this.#counts = { lost: 0, dropped: 0, reopened: 0 };
    return counts;
  }

  /** Asks each open connection for a last nonce. Returns how many answered. */
  async proveAll(): Promise<number> {
    const open = this.#connections.filter(({ session }) => session.isOpen);
    await closingRound(this, open);
    return open.filter(({ isProvedAtEnd, session }) => isProvedAtEnd && session.isOpen).length;
  }

  /** Opens nothing any more, and closes all. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.liveness.stop();
    await closeConnections(
      this.load,
      this.#connections.filter(({ session }) => session.isOpen),
    );
    this.load.board.connections.wanted = 0;
  }

  async #reopen(place: Place): Promise<void> {
    if (await this.#keepOpen(place, performance.now())) this.#counts.reopened++;
  }

  /** Tries until it is open. Returns whether it was opened by this call. */
  async #keepOpen(place: Place, firstDueMs: number): Promise<boolean> {
    if (place.isOpening) return false;
    place.isOpening = true;
    try {
      let dueMs = firstDueMs;
      for (let waitMs = FIRST_WAIT_MS; this.#isWanted(place); waitMs *= 2) {
        const { workspace, kind } = place;
        const opened = await openConnection(this.load, workspace, { kind, dueMs });
        if (opened !== undefined) {
          this.#take(place, opened);
          return true;
        }
        await this.load.clock
          .sleep(Math.min(waitMs, LONGEST_WAIT_MS), this.load.signal)
          .catch(() => undefined);
        dueMs = performance.now();
      }
      return false;
    } finally {
      place.isOpening = false;
      // Left and entered again while this attempt was under way.
      if (this.#isWanted(place) && place.connection?.session.isOpen !== true) void this.#reopen(place);
    }
  }

  #isWanted({ isVacant }: Place): boolean {
    return !isVacant && !this.#isOver && !this.load.signal.aborted;
  }

  #take(place: Place, opened: OpenConnection): void {
    const { session } = opened;
    if (!this.#isWanted(place)) {
      session.close();
      return;
    }
    this.#settleLoss(place);
    const { workspace } = place;
    const connection = beginToHold(this.load, opened, { workspace, reconnect: undefined });
    if (place.connection === undefined) {
      place.connection = connection;
      this.#connections.push(connection);
    } else Object.assign(place.connection, connection);
    session.onEnd((end) => this.#ended(place, end));
  }

  #ended(place: Place, end: SessionEnd): void {
    this.load.board.connections[place.kind]--;
    if (this.#isOver || end.why === "closed-by-us" || this.load.signal.aborted) return;
    this.load.failures.add(endClass(end), "held-command", end.reason);
    this.#counts.lost++;
    if (!place.isLost) {
      place.isLost = true;
      this.#interruptions.lost(performance.now());
    }
    void this.#reopen(place);
  }

  #settleLoss(place: Place): void {
    if (!place.isLost) return;
    place.isLost = false;
    this.#interruptions.back(performance.now());
  }

  #nextOpen(): Place | undefined {
    for (let tried = 0; tried < this.#places.length; tried++) {
      const place = this.#places[this.#next++ % this.#places.length];
      if (place?.connection?.session.isOpen === true && !place.isVacant) return place;
    }
    return undefined;
  }
}
