import type { z } from "zod";
import type { partClock } from "../../model/record/parts.ts";
import { type ClockBounds, generatorNow, offsetOf } from "../context/clock-watch.ts";
import type { Attachment } from "./attachment.ts";

/** The first rounds come at once: a short task must have some. */
const FIRST_ROUNDS = 8;
/** Later rounds are kept up to this many, in a task of any length. */
const KEPT = 1_000;

/**
 * Measures how far the clock of the place that hosts a task is from this machine's, by round trips: the place read its
 * clock between the question and the answer.
 */
export class ClockRounds {
  readonly #bounds: ClockBounds[] = [];
  readonly #first: ClockBounds[] = [];
  readonly #asked = new Map<number, number>();
  #number = 0;

  attach(attachment: Attachment): void {
    // Answers to questions of the last connection never come.
    this.#asked.clear();
    this.ask(attachment);
  }

  ask(attachment: Attachment): void {
    this.#number += 1;
    this.#asked.set(this.#number, generatorNow());
    attachment.send({ type: "time", number: this.#number });
  }

  answered(
    { number, atMs }: { readonly number: number; readonly atMs: number },
    attachment: Attachment,
  ): void {
    const sentMs = this.#asked.get(number);
    if (sentMs === undefined) return;
    this.#asked.delete(number);
    const bounds = { leastMs: atMs - generatorNow(), mostMs: atMs - sentMs };
    this.#bounds.push(bounds);
    if (this.#first.length < FIRST_ROUNDS) this.#first.push(bounds);
    if (this.#bounds.length > KEPT) this.#bounds.shift();
    if (this.#bounds.length < FIRST_ROUNDS) this.ask(attachment);
  }

  /** How far the place's clock is ahead of this machine's; undefined before the first answer. */
  result(): z.infer<typeof partClock> | undefined {
    if (this.#bounds.length === 0) return undefined;
    const { offsetMs, uncertaintyMs } = offsetOf("", this.#bounds);
    if (this.#bounds.length < 2 * FIRST_ROUNDS) return { offsetMs, uncertaintyMs };
    const [first, last] = [this.#first, this.#bounds.slice(-FIRST_ROUNDS)].map((some) => offsetOf("", some));
    return { offsetMs, uncertaintyMs, driftMs: (last?.offsetMs ?? 0) - (first?.offsetMs ?? 0) };
  }
}
