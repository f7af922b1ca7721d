import type { CoderFailure } from "../coder/answer.ts";
import type { ShardEvent } from "../model/shard.ts";
import type { FailureClass, FailureCount, Phase } from "../model/shard-result.ts";
import { answerClass } from "./connect-class.ts";

/** Coder's keys: ten characters, a dash, the secret. */
const CODER_KEY = /\b[A-Za-z0-9]{10}-[A-Za-z0-9]{22,}\b/g;

/** Failures by class and phase, each kind told at first sight and kept with one example. */
export class FailureLedger {
  readonly #counts = new Map<string, FailureCount>();
  readonly #emit: (event: ShardEvent) => void;
  readonly #secrets: readonly string[];
  #total = 0;

  constructor(emit: (event: ShardEvent) => void, secrets: readonly string[]) {
    this.#emit = emit;
    this.#secrets = secrets;
  }

  /** How many so far, of every class. */
  get total(): number {
    return this.#total;
  }

  add(failureClass: FailureClass, phase: Phase, message: string): void {
    this.#total++;
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

  /** A refused call, in the class of its step unless what refused it has a class of its own. */
  addAnswer(stepClass: FailureClass, phase: Phase, failure: CoderFailure): void {
    if (failure.kind === "aborted") return;
    this.add(answerClass(stepClass, failure), phase, failure.message);
  }

  counted(): FailureCount[] {
    return [...this.#counts.values()].sort((a, b) => b.count - a.count);
  }

  #scrub(message: string): string {
    const scrubbed = this.#secrets.reduce((text, secret) => text.replaceAll(secret, "***"), message);
    return scrubbed.replace(CODER_KEY, "***").slice(0, 500);
  }
}
