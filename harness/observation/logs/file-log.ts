import { open } from "node:fs/promises";
import type { ObservedPlace } from "../../model/observation/observe-task.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { FigureSource, Findings, Reading } from "../source.ts";
import { CoderLogReader } from "./coder-log.ts";
import { LogKinds } from "./kinds.ts";

type LogPlace = Extract<ObservedPlace, { kind: "log" }>;

/** At one reading, and in a load. */
const MOST_BYTES_AT_ONCE = 4 * 2 ** 20;
const MOST_BYTES = 64 * 2 ** 20;
const NEWLINE = 0x0a;

/** Reads warnings and errors that a Coder of this machine writes to its log from the first reading on. */
export function fileLog(place: LogPlace, clock: Pick<Clock, "elapsed">): FigureSource {
  return new FileLog(place, clock);
}

class FileLog implements FigureSource {
  readonly what: string;
  readonly #place: LogPlace;
  readonly #clock: Pick<Clock, "elapsed">;
  readonly #kinds = new LogKinds();
  readonly #reader: CoderLogReader;
  #startMs: number | undefined;
  /** Up to where whole lines were read, and where reading began. */
  #from = 0;
  #begin = 0;
  /** When the line that is open was written, within one reading. */
  #atMs = 0;

  constructor(place: LogPlace, clock: Pick<Clock, "elapsed">) {
    this.what = `log of ${place.of}`;
    this.#place = place;
    this.#clock = clock;
    this.#reader = new CoderLogReader(({ level, message }) =>
      this.#kinds.add({ of: place.of, level, message, atMs: this.#atMs }),
    );
  }

  async read(): Promise<Reading> {
    const bytes = await this.#readNew();
    return { samples: [], questions: 1, bytes };
  }

  async findings(): Promise<Findings> {
    const bytes = await this.#readNew();
    this.#reader.end();
    const { beyond } = this.#kinds;
    const why = (text: string) => ({ what: this.what, why: text });
    return {
      logs: [...this.#kinds.list()],
      unseen: [
        ...(beyond === 0 ? [] : [why(`${beyond} lines are of more kinds than are kept`)]),
        ...(this.#isFull() ? [why(`only the first ${MOST_BYTES / 2 ** 20} MiB are read`)] : []),
      ],
      ...{ questions: 1, bytes },
    };
  }

  #isFull(): boolean {
    return this.#from - this.#begin >= MOST_BYTES;
  }

  /** Returns how many bytes were read. */
  async #readNew(): Promise<number> {
    await using file = await open(this.#place.file, "r");
    const { size } = await file.stat();
    if (this.#startMs === undefined) {
      this.#startMs = this.#clock.elapsed();
      this.#begin = this.#from = size;
      return 0;
    }
    if (this.#isFull() || size <= this.#from) return 0;
    const buffer = Buffer.alloc(Math.min(size - this.#from, MOST_BYTES_AT_ONCE));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#from);
    const whole = buffer.subarray(0, buffer.lastIndexOf(NEWLINE, bytesRead - 1) + 1);
    // A line that fills all of it is not a message: it is left out.
    this.#from += whole.length > 0 ? whole.length : bytesRead === MOST_BYTES_AT_ONCE ? bytesRead : 0;
    const nowMs = this.#clock.elapsed() - this.#startMs;
    for (const line of whole.toString().split("\n")) {
      if (line === "") continue;
      // A line that continues has the time of its first one.
      if (!/^\s/.test(line)) {
        this.#reader.end();
        this.#atMs = nowMs;
      }
      this.#reader.line(line);
    }
    return bytesRead;
  }
}
