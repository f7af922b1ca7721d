import type { HeldConnection } from "./held-connection.ts";
import type { LoadContext } from "../context/load-context.ts";
import { QuietWheel } from "./quiet-wheel.ts";

const CHECK_EVERY_MS = 1_000;

/** Coder's server pings each of its websockets every 15 seconds. */
const QUIET_MS = 20_000;
const ANSWER_MS = 10_000;

/** How often the end of a hold checks for the last answers. */
const LOOK_AGAIN_MS = 20;

interface Asked {
  readonly atMs: number;
  /** Called if the connection answers after all. */
  readonly whenAlive: (() => void) | undefined;
}

/** Finds half-open connections: the socket is open, but nothing passes any more. One timer for all. */
export class ConnectionLiveness {
  readonly #load: LoadContext;
  readonly #connections: readonly HeldConnection[];
  readonly #answerMs: number;
  readonly #asked = new Map<HeldConnection, Asked>();
  readonly #timer: NodeJS.Timeout;
  readonly #wheel = new QuietWheel<HeldConnection>(performance.now());
  #checkedMs = performance.now();
  /** How many of the connections are on the wheel. */
  #known = 0;

  constructor(load: LoadContext, connections: readonly HeldConnection[]) {
    this.#load = load;
    this.#connections = connections;
    this.#answerMs = Math.min(ANSWER_MS, load.task.timeouts.commandMs);
    this.#timer = setInterval(() => this.#check(performance.now()), CHECK_EVERY_MS);
  }

  /** Pings a connection. It is then given up as half-open, or it is alive and `whenAlive` is called. */
  suspect(connection: HeldConnection, whenAlive?: () => void): void {
    if (!connection.session.isOpen) return;
    const asked = this.#asked.get(connection);
    if (asked === undefined) this.#ask(connection, whenAlive);
    else this.#asked.set(connection, { ...asked, whenAlive: asked.whenAlive ?? whenAlive });
  }

  /** At the end of a hold: resolves when each pinged connection has answered or was given up. */
  async settled(): Promise<void> {
    clearInterval(this.#timer);
    const { clock, signal } = this.#load;
    while (this.#asked.size > 0 && !signal.aborted) {
      const beforeMs = performance.now();
      await clock.sleep(LOOK_AGAIN_MS, signal).catch(() => undefined);
      const nowMs = performance.now();
      // As in `#check`: after a stall of this process, the answers still wait to be read.
      if (nowMs - beforeMs <= 2 * CHECK_EVERY_MS) this.#judge(nowMs);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(nowMs: number): void {
    // After a stall of this process, the answers still wait to be read.
    const isLate = nowMs - this.#checkedMs > 2 * CHECK_EVERY_MS;
    this.#checkedMs = nowMs;
    if (isLate) return;
    this.#judge(nowMs);
    for (const connection of this.#wheel.take(nowMs)) {
      const { session } = connection;
      if (session.isOpen && nowMs - session.heardMs > QUIET_MS && !this.#asked.has(connection))
        this.#ask(connection);
      // A closed connection may be reattached, so it stays on the wheel.
      this.#wheel.put(connection, (session.isOpen ? session.heardMs : nowMs) + QUIET_MS);
    }
    for (; this.#known < this.#connections.length; this.#known++) {
      const connection = this.#connections[this.#known];
      if (connection !== undefined) this.#wheel.put(connection, connection.session.heardMs + QUIET_MS);
    }
  }

  #ask(connection: HeldConnection, whenAlive?: () => void): void {
    this.#asked.set(connection, { atMs: performance.now(), whenAlive });
    connection.session.ping();
  }

  #judge(nowMs: number): void {
    for (const [connection, { atMs, whenAlive }] of this.#asked) {
      const { session } = connection;
      if (session.isOpen && session.heardMs < atMs) {
        if (nowMs - atMs < this.#answerMs) continue;
        session.giveUp(`the socket is open, but no answer came within ${this.#answerMs} ms`);
      } else if (session.isOpen) whenAlive?.();
      this.#asked.delete(connection);
    }
  }
}
