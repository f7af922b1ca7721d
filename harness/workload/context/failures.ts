import type { CoderFailure } from "../../coder/http/answer.ts";
import type { WorkerEvent } from "../../model/ports/worker.ts";
import type { FailureClass, FailureCount, Phase } from "../../model/record/worker-result.ts";
import { answerClass } from "./connect-class.ts";

/** Coder's keys: ten characters, a dash, the secret. */
const CODER_KEY = /\b[A-Za-z0-9]{10}-[A-Za-z0-9]{22,}\b/g;

/** How many kinds of errors per class and phase keep a log. */
const MAX_KINDS = 5;

interface Reason {
  readonly error: string;
  count: number;
  log: string[];
}

/** Counts failures by class and phase. The first of each is reported, and kept as the example. */
export class FailureLedger {
  readonly #counts = new Map<string, FailureCount>();
  readonly #emit: (event: WorkerEvent) => void;
  readonly #secrets: readonly string[];
  readonly #reasons = new Map<string, Map<string, Reason>>();
  readonly #onExhausted: (what: string) => void;
  #total = 0;

  /** `onExhausted` receives each failure of the generator itself. */
  constructor(
    emit: (event: WorkerEvent) => void,
    secrets: readonly string[],
    onExhausted: (what: string) => void = () => undefined,
  ) {
    this.#onExhausted = onExhausted;
    this.#emit = emit;
    this.#secrets = secrets;
  }

  /** The number of all failures so far. */
  get total(): number {
    return this.#total;
  }

  /** `_dueMs` is when the failed event was due. Absent = it fails when it is added, as a lost connection does. */
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- a ledger by period counts by it
  add(failureClass: FailureClass, phase: Phase, message: string, _dueMs?: number): void {
    this.#total++;
    if (failureClass === "generator-exhausted") this.#onExhausted(message);
    const key = `${failureClass} ${phase}`;
    const known = this.#counts.get(key);
    if (known !== undefined) {
      this.#counts.set(key, { ...known, count: known.count + 1 });
      return;
    }
    const failure = { class: failureClass, phase, count: 1, example: this.#scrub(message) };
    this.#counts.set(key, failure);
    this.#emit({ type: "failure", failure });
  }

  /** Adds a failed call, in the class of its step unless the failure has its own class. */
  addAnswer(stepClass: FailureClass, phase: Phase, failure: CoderFailure, dueMs?: number): void {
    if (failure.kind === "aborted") return;
    this.add(answerClass(stepClass, failure), phase, failure.message, dueMs);
  }

  /**
   * Keeps the log of an added failure: of the first one of each kind, which is read now, and the number of
   * further ones. Numbers and names in the error do not make a new kind. After a few kinds no more logs are
   * read.
   */
  async explain(
    failureClass: FailureClass,
    phase: Phase,
    error: string,
    readLog: () => Promise<readonly string[]>,
  ): Promise<void> {
    const key = `${failureClass} ${phase}`;
    const kinds = this.#reasons.get(key) ?? new Map<string, Reason>();
    this.#reasons.set(key, kinds);
    const kind = error.replace(/bench-[0-9a-z-]+/g, "…").replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, "#");
    const known = kinds.get(kind);
    if (known !== undefined) {
      known.count++;
      return;
    }
    if (kinds.size === MAX_KINDS) return;
    const reason: Reason = { error: this.#scrub(error), count: 1, log: [] };
    kinds.set(kind, reason);
    reason.log = (await readLog()).map((line) => this.#scrub(line));
    if (reason.log.length > 0)
      this.#emit({ type: "note", message: `${reason.error}; its log ends with: ${reason.log.join(" / ")}` });
  }

  counted(): FailureCount[] {
    const all = [...this.#counts].map(([key, failure]) => {
      const reasons = [...(this.#reasons.get(key)?.values() ?? [])].filter(({ log }) => log.length > 0);
      return reasons.length === 0 ? failure : { ...failure, reasons };
    });
    return all.sort((a, b) => b.count - a.count);
  }

  #scrub(message: string): string {
    const scrubbed = this.#secrets.reduce((text, secret) => text.replaceAll(secret, "***"), message);
    return scrubbed.replace(CODER_KEY, "***").slice(0, 500);
  }
}
