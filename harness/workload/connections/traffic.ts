import { randomBytes } from "node:crypto";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { HeldConnection } from "./held-connection.ts";
import type { Hold } from "./verify.ts";
import type { ConnectionLiveness } from "./liveness.ts";
import type { LoadContext } from "../context/load-context.ts";
import { pace } from "../generator/pacer.ts";
import { inGroups } from "./tick-groups.ts";
import { type ReturnedPiece, SEQUENCE_DIGITS, TickReader } from "./tick-reader.ts";

/** How often overdue answers are checked. */
const SWEEP_MS = 100;

/** A terminal in its ordinary mode accepts no line above 4,095 bytes. */
const MAX_LINE = 3_000;

/** The bytes of a line besides its padding: `echo `, the quotes, the mark, the number, the return. */
const MARK_LENGTH = 9;
const OVERHEAD = "echo ".length + 2 + MARK_LENGTH + SEQUENCE_DIGITS + 1;

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

type Traffic = NonNullable<LoadTask["traffic"]>;

interface Sent {
  readonly stream: Stream;
  readonly sequence: number;
  readonly dueMs: number;
  readonly startedMs: number;
  readonly receivedBefore: number;
  isBack: boolean;
}

interface Stream {
  readonly connection: HeldConnection;
  readonly pending: Map<number, Sent>;
  next: number;
}

/**
 * Traffic over held connections. Each sends a number of bytes per tick, on one open schedule for all, and
 * each byte is checked in what comes back. There is no timer per connection: their ticks are spread over the
 * interval in small groups.
 */
export class TrafficWheel {
  /** How many were due, including those of closed connections, and how many came back complete. */
  readonly pieces = { due: 0, back: 0 };
  readonly #load: LoadContext;
  readonly #liveness: ConnectionLiveness;
  readonly #traffic: Traffic;
  readonly #mark = `t${randomBytes(4).toString("hex")}`;
  readonly #paddings: readonly string[];
  /** Ordered by deadline; all deadlines are equally far away. */
  #sent: Sent[] = [];
  #outstanding = 0;

  constructor({ load, liveness }: Hold, traffic: Traffic) {
    this.#load = load;
    this.#liveness = liveness;
    this.#traffic = traffic;
    this.#paddings = paddingsOf(traffic.bytesPerTick);
  }

  /** Runs for `forMs`, and until the last answer has come or is overdue. */
  async run(connections: readonly HeldConnection[], forMs: number): Promise<void> {
    const streams = connections.map((connection) => this.#stream(connection));
    const { tickMs } = this.#traffic;
    const { signal, health } = this.#load;
    const count = Math.floor(forMs / tickMs) * streams.length;
    const perSecond = (streams.length * 1000) / tickMs;
    const sweep = setInterval(() => this.#sweep(performance.now()), SWEEP_MS);
    try {
      const schedule = { dueAtMs: inGroups(perSecond), count };
      await pace({ ...schedule, signal, slip: health.slip.hold }, (index, dueMs) => {
        const stream = streams[index % streams.length];
        this.pieces.due += this.#paddings.length;
        if (stream !== undefined) this.#tick(stream, dueMs);
      });
      while (this.#outstanding > 0 && !signal.aborted)
        await this.#load.clock.sleep(SWEEP_MS, signal).catch(() => undefined);
    } finally {
      clearInterval(sweep);
      for (const { connection } of streams) connection.session.reader = undefined;
    }
  }

  #stream(connection: HeldConnection): Stream {
    const stream: Stream = { connection, pending: new Map(), next: 0 };
    const padding = (sequence: number): string => this.#padding(sequence);
    connection.session.reader = new TickReader(this.#mark, padding, (piece) => this.#back(stream, piece));
    return stream;
  }

  #tick(stream: Stream, dueMs: number): void {
    const { session, isFaulty, isLost } = stream.connection;
    if (!session.isOpen || isFaulty || isLost) return;
    for (let piece = 0; piece < this.#paddings.length; piece++) {
      const sequence = stream.next++;
      const digits = sequence.toString(36).padStart(SEQUENCE_DIGITS, "0");
      const startedMs = performance.now();
      const sent = { stream, sequence, dueMs, startedMs, receivedBefore: session.received, isBack: false };
      stream.pending.set(sequence, sent);
      this.#sent.push(sent);
      this.#outstanding++;
      session.type(
        `echo "${this.#mark[0] ?? ""}"${this.#mark.slice(1)}${digits}${this.#padding(sequence)}\r`,
      );
    }
  }

  #padding(sequence: number): string {
    return this.#paddings[Math.max(0, sequence) % this.#paddings.length] ?? "";
  }

  #back(stream: Stream, { sequence, state }: ReturnedPiece): void {
    const sent = stream.pending.get(sequence);
    if (sent === undefined || state !== "whole") {
      const how = { truncated: "short", wrong: "as other bytes", whole: "twice" }[state];
      const failureClass = state === "truncated" ? "truncated-output" : "wrong-output";
      this.#fault(stream, failureClass, `a piece of traffic came back ${how}`);
      return;
    }
    stream.connection.isVerified = true;
    stream.connection.provedMs = performance.now();
    this.pieces.back++;
    this.#settle(sent);
    const { dueMs, startedMs } = sent;
    this.#load.latencies.record("traffic-tick", { dueMs, startedMs, endMs: performance.now() });
  }

  #settle(sent: Sent): void {
    if (sent.isBack) return;
    sent.isBack = true;
    sent.stream.pending.delete(sent.sequence);
    this.#outstanding--;
  }

  /** Removes answered pieces, and counts overdue ones. */
  #sweep(nowMs: number): void {
    const { commandMs } = this.#load.task.timeouts;
    let done = 0;
    for (const sent of this.#sent) {
      const { stream, receivedBefore } = sent;
      const { session } = stream.connection;
      if (!sent.isBack && session.isOpen && nowMs - sent.startedMs < commandMs) break;
      done++;
      if (sent.isBack) continue;
      // The loss of a closed connection was counted when it closed.
      if (session.isOpen && session.received === receivedBefore)
        this.#fault(stream, "silent-connection", `nothing came back within ${commandMs} ms of traffic`);
      else if (session.isOpen)
        this.#fault(stream, "truncated-output", `less came back than was sent within ${commandMs} ms`);
      else this.#recordFailure(sent);
      this.#settle(sent);
    }
    if (done > 0) this.#sent = this.#sent.slice(done);
  }

  /** Records traffic that did not come back complete with at least its time limit. */
  #recordFailure({ dueMs, startedMs }: Sent): void {
    const { latencies, signal, task } = this.#load;
    if (signal.aborted) return;
    latencies.recordFailure(
      "traffic-tick",
      { dueMs, startedMs, endMs: performance.now() },
      task.timeouts.commandMs,
    );
  }

  /** Counts a faulty connection once. It carries no more traffic and is not held. */
  #fault(
    stream: Stream,
    failureClass: "truncated-output" | "wrong-output" | "silent-connection",
    what: string,
  ): void {
    const pending = [...stream.pending.values()];
    for (const sent of pending) {
      this.#recordFailure(sent);
      this.#settle(sent);
    }
    if (stream.connection.isFaulty || this.#load.signal.aborted) return;
    stream.connection.isFaulty = true;
    const { sent, received } = stream.connection.session;
    const message = `${what}: ${sent} bytes sent and ${received} received so far`;
    const count = (): void =>
      this.#load.failures.add(failureClass, "traffic-tick", message, pending[0]?.dueMs);
    if (failureClass === "silent-connection") this.#liveness.suspect(stream.connection, count);
    else count();
  }
}

/** The paddings of the lines of one tick. */
function paddingsOf(bytesPerTick: number): string[] {
  const lines = Math.ceil(bytesPerTick / MAX_LINE);
  return Array.from({ length: lines }, (_, line) => {
    const bytes = Math.floor(bytesPerTick / lines) + (line < bytesPerTick % lines ? 1 : 0);
    const padding = randomBytes(Math.max(0, bytes - OVERHEAD));
    return Array.from(padding, (byte) => LETTERS[byte % LETTERS.length]).join("");
  });
}
