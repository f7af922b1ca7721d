import { appendFileSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { Clock } from "../../tools/time/clock.ts";
import { findStoredEvent, type Reporter, type RunEvent, type StoredEvent } from "../../model/ports/event.ts";
import { LineSplitter } from "../../tools/files/lines.ts";
import { momentNow } from "../../tools/time/moment.ts";

/** Progress is reported often. At most one event of each kind is stored in this time. */
const STORED_PROGRESS_MS = 500;
const PROGRESS_TYPES: ReadonlySet<RunEvent["type"]> = new Set(["load.progress", "drain.progress"]);

/**
 * Stamps events, stores them in `events.jsonl` and passes them on. Storing is best effort: a full disk must
 * not stop a teardown because of its log.
 */
export function eventLog(path: string, clock: Clock, reporter: Reporter): (event: RunEvent) => void {
  const lastStored = new Map<string, number>();
  return (event) => {
    const { atMs, sinceBoot } = momentNow(clock);
    const stored: StoredEvent = { ...event, at: new Date(atMs).toISOString(), sinceBoot };
    reporter.report(stored);
    if (PROGRESS_TYPES.has(event.type)) {
      const last = lastStored.get(event.type) ?? -Infinity;
      if (sinceBoot.ms - last < STORED_PROGRESS_MS) return;
      lastStored.set(event.type, sinceBoot.ms);
    }
    try {
      appendFileSync(path, `${JSON.stringify(stored)}\n`);
    } catch {
      // See above.
    }
  };
}

/** Follows the events that other processes store, starting at a byte offset. */
export class EventTail {
  readonly #path: string;
  #offset: number;
  readonly #splitter = new LineSplitter();

  constructor(path: string, offset = 0) {
    this.#path = path;
    this.#offset = offset;
  }

  /** The byte offset at the current end of the stored events. */
  static async end(path: string): Promise<number> {
    return stat(path).then(
      ({ size }) => size,
      () => 0,
    );
  }

  /** Events stored since the last call. */
  async next(): Promise<readonly StoredEvent[]> {
    const size = await EventTail.end(this.#path);
    if (size <= this.#offset) return [];
    const file = await open(this.#path, "r");
    try {
      const buffer = Buffer.alloc(size - this.#offset);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#offset);
      this.#offset += bytesRead;
      return this.#splitter
        .push(buffer.subarray(0, bytesRead))
        .flatMap((line) => findStoredEvent(line) ?? []);
    } finally {
      await file.close();
    }
  }
}
