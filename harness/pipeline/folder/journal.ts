import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { z } from "zod";
import { instantMs } from "../../tools/time/instant.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import { linesIn } from "../../tools/files/lines.ts";
import { type Moment, momentNow } from "../../tools/time/moment.ts";
import { type BootTime, bootTime } from "../../tools/time/boot-time.ts";
import { STAGES } from "../../model/record/stage.ts";
import { EXIT_CODES, type Verdict } from "../../tools/verdict.ts";
import { parseJson } from "../../tools/parse-json.ts";

const verdict = z.enum(Object.keys(EXIT_CODES) as [Verdict, ...Verdict[]]);
const stage = z.enum(STAGES as [(typeof STAGES)[number], ...(typeof STAGES)[number][]]);

/** A resource that the inventory listed and that no Terraform state names. */
const stray = z.object({ id: z.string(), kind: z.string(), name: z.string() });
export type Stray = Readonly<z.infer<typeof stray>>;

/** An entry of the journal: an intent before an act, an outcome after it. */
export const journalEntry = z.discriminatedUnion("type", [
  z.object({ type: z.literal("run-made"), runId: z.string() }),
  z.object({ type: z.literal("stage-intent"), stage }),
  z.object({
    type: z.literal("stage-outcome"),
    stage,
    outcome: z.enum(["ok", "failed", "interrupted", "skipped"]),
    message: z.string().optional(),
  }),
  /** A stack is about to be created or destroyed: from here on parts of it may exist. */
  z.object({ type: z.literal("stack-intent"), stack: z.string(), act: z.enum(["apply", "destroy"]) }),
  z.object({
    type: z.literal("stack-outcome"),
    stack: z.string(),
    act: z.enum(["apply", "destroy"]),
    ok: z.boolean(),
    /** Resources that this attempt created or destroyed, also if it failed. */
    resources: z.number().optional(),
  }),
  /** Something that decides the verdict. */
  z.object({ type: z.literal("finding"), verdict, reason: z.string() }),
  z.object({ type: z.literal("hand-over"), reason: z.string() }),
  /** The environment stays after a failure, at most until this time. */
  z.object({ type: z.literal("kept"), untilMs: instantMs, reason: z.string() }),
  z.object({ type: z.literal("reaper-started"), pid: z.number(), fence: z.number() }),
  /** A reaper failed while it worked, and is started again. */
  z.object({ type: z.literal("reaper-failed"), pid: z.number(), reason: z.string() }),
  /**
   * The inventory, which is independent of our state, listed this many resources of the run: so it looks in
   * the right place. Its strays are in no Terraform state; a later list without one of them is believed only
   * once the stray's end is known.
   */
  z.object({
    type: z.literal("inventory-seen"),
    items: z.number().int().positive(),
    strays: z.array(stray).optional(),
  }),
  /** The fate of a stray: about to be deleted, gone, not deletable, or now in a state. */
  stray.extend({
    type: z.literal("stray"),
    fate: z.enum(["asked", "gone", "refused", "in-state"]),
  }),
  /** The wall clock was set, noticed just now. The effects are derived from the times of the lines. */
  z.object({ type: z.literal("clock-step"), byMs: z.number() }),
  z.object({ type: z.literal("swept"), id: z.string(), kind: z.string(), name: z.string() }),
]);
export type JournalEntry = z.infer<typeof journalEntry>;

export type StoredEntry = JournalEntry & {
  readonly at: string;
  /** The same moment by a clock that cannot be set; absent in journals of earlier versions. */
  readonly sinceBoot?: BootTime | undefined;
};

/** When an entry was written. */
export function momentOf({ at, sinceBoot }: Pick<StoredEntry, "at" | "sinceBoot">): Moment {
  return { atMs: Date.parse(at), sinceBoot };
}

/** A journal's entries, and which of its lines could not be read. */
export interface JournalReading {
  readonly entries: readonly StoredEntry[];
  /** Line numbers, from 1, that are cut off or do not match their checksum. */
  readonly damaged: readonly number[];
}

/** A line of the journal as stored on disk. */
export interface JournalLine {
  readonly text: string;
  /** Byte offset of the line in the file. */
  readonly offset: number;
}

/** Called for each entry once its line is on disk, before the act that the entry announces. */
export type OnWritten = (entry: JournalEntry, line: JournalLine) => Promise<void>;

const lineSchema = z.object({
  at: z.iso.datetime(),
  sinceBoot: bootTime.optional(),
  entry: journalEntry,
  sum: z.string(),
});

/**
 * Appends to `journal.jsonl`: each write is one line with a checksum, and on disk before the call returns.
 */
export class Journal {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #onLost: ((error: RefbenchError) => void) | undefined;
  readonly #onWritten: OnWritten | undefined;

  /**
   * With `onLost`, an entry that cannot be written is passed there instead of thrown: a full disk must not
   * stop a teardown.
   */
  constructor(
    path: string,
    clock: Clock,
    callbacks: {
      readonly onLost?: ((error: RefbenchError) => void) | undefined;
      readonly onWritten?: OnWritten | undefined;
    } = {},
  ) {
    this.#path = path;
    this.#clock = clock;
    this.#onLost = callbacks.onLost;
    this.#onWritten = callbacks.onWritten;
  }

  async append(entry: JournalEntry): Promise<void> {
    let line: JournalLine;
    try {
      line = await this.#write(entry);
    } catch (error) {
      if (this.#onLost === undefined || !(error instanceof RefbenchError)) throw error;
      this.#onLost(error);
      return;
    }
    await this.#onWritten?.(entry, line);
  }

  async #write(entry: JournalEntry): Promise<JournalLine> {
    const { atMs, sinceBoot } = momentNow(this.#clock);
    const at = new Date(atMs).toISOString();
    const text = JSON.stringify({ at, sinceBoot, entry, sum: checksum(at, sinceBoot, entry) });
    try {
      const file = await open(this.#path, "a+", 0o600);
      try {
        // A line cut off by a crash must not swallow the next one.
        const { size } = await file.stat();
        const last = Buffer.alloc(1);
        if (size > 0) await file.read(last, 0, 1, size - 1);
        const glue = size > 0 && last.toString() !== "\n" ? "\n" : "";
        await file.appendFile(`${glue}${text}\n`);
        await file.sync();
        return { text, offset: size + glue.length };
      } finally {
        await file.close();
      }
    } catch (error) {
      throw new RefbenchError(
        "run_folder",
        `cannot write the journal ${this.#path}: free space or fix permissions`,
        {
          cause: error,
        },
      );
    }
  }

  async read(): Promise<JournalReading> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return { entries: [], damaged: [] };
      throw new RefbenchError("run_folder", `cannot read the journal ${this.#path}`, { cause: error });
    }
    return parseJournal(text);
  }
}

/** Parses the readable part of a journal. A damaged line is counted; the lines around it remain valid. */
export function parseJournal(text: string): JournalReading {
  const entries: StoredEntry[] = [];
  const damaged: number[] = [];
  linesIn(text).forEach((line, index) => {
    if (line === "") return;
    const parsed = parseLine(line);
    if (parsed === undefined) damaged.push(index + 1);
    else entries.push(parsed);
  });
  return { entries, damaged };
}

function parseLine(line: string): StoredEntry | undefined {
  try {
    const raw: unknown = parseJson(line);
    const { at, sinceBoot, entry, sum } = lineSchema.parse(raw);
    if (checksum(at, sinceBoot, (raw as { entry: unknown }).entry) !== sum) return undefined;
    return { ...entry, at, ...(sinceBoot === undefined ? {} : { sinceBoot }) };
  } catch {
    return undefined;
  }
}

function checksum(at: string, sinceBoot: BootTime | undefined, entry: unknown): string {
  const when = sinceBoot === undefined ? at : `${at} ${sinceBoot.boot} ${sinceBoot.ms}`;
  return createHash("sha256").update(when).update(JSON.stringify(entry)).digest("hex").slice(0, 16);
}
