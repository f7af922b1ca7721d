import type { HeldConnection } from "./held-connection.ts";
import type { LoadContext } from "../context/load-context.ts";
import { QuietWheel } from "./quiet-wheel.ts";

const CHECK_EVERY_MS = 1_000;

/** Coder's server pings each of its websockets every 15 seconds. */
const QUIET_MS = 20_000;
const ANSWER_MS = 10_000;

/** How often the end of a hold looks for the last signs of life. */
const LOOK_AGAIN_MS = 20;

interface Asked {
  readonly atMs: number;
  /** What it is to know when a sign of life comes after all. */
  readonly whenAlive: (() => void) | undefined;
}

/** Finds half-open connections: the socket stands, and nothing passes any more. One timer for all. */
export class ConnectionLiveness {
  readonly #load: LoadContext;
  readonly #connections: readonly HeldConnection[];
  readonly #answerMs: number;
  readonly #asked = new Map<HeldConnection, Asked>();
  readonly #timer: NodeJS.Timeout;
  readonly #wheel = new QuietWheel<HeldConnection>(performance.now());
  #checkedMs = performance.now();
  /** How many of the connections the wheel was given. */
  #known = 0;

  constructor(load: LoadContext, connections: readonly HeldConnection[]) {
    this.#load = load;
    this.#connections = connections;
    this.#answerMs = Math.min(ANSWER_MS, load.task.timeouts.commandMs);
    this.#timer = setInterval(() => this.#check(performance.now()), CHECK_EVERY_MS);
  }

  /** Asks a connection for a sign of life: it is half-open, or alive and `whenAlive` says what that means. */
  suspect(connection: HeldConnection, whenAlive?: () => void): void {
    if (!connection.session.isOpen) return;
    const asked = this.#asked.get(connection);
    if (asked === undefined) this.#ask(connection, whenAlive);
    else this.#asked.set(connection, { ...asked, whenAlive: asked.whenAlive ?? whenAlive });
  }

  /** At the end of a hold: resolves when each connection that was asked has given a sign of life, or is given up. */
  async settled(): Promise<void> {
    clearInterval(this.#timer);
    const { clock, signal } = this.#load;
    while (this.#asked.size > 0 && !signal.aborted) {
      await clock.sleep(LOOK_AGAIN_MS, signal).catch(() => undefined);
      this.#judge(performance.now());
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(nowMs: number): void {
    // After a stall of our own the answers still wait to be read.
    const isLate = nowMs - this.#checkedMs > 2 * CHECK_EVERY_MS;
    this.#checkedMs = nowMs;
    if (isLate) return;
    this.#judge(nowMs);
    for (const connection of this.#wheel.take(nowMs)) {
      const { session } = connection;
      if (session.isOpen && nowMs - session.heardMs > QUIET_MS && !this.#asked.has(connection))
        this.#ask(connection);
      // One that is gone may be reattached.
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
        session.giveUp(`the socket stands, but no sign of life came within ${this.#answerMs} ms`);
      } else if (session.isOpen) whenAlive?.();
      this.#asked.delete(connection);
    }
  }
}
