import type { ChurnResult } from "../../model/record/worker-result.ts";

type Interruption = ChurnResult["interruptions"][number];

/** More are counted and not listed: an unstable deployment has thousands in a day. */
const MOST_LISTED = 200;

/** The one that is under way. */
interface Current {
  readonly fromMs: number;
  readonly failuresBefore: number;
  lost: number;
}

/**
 * The times in which connections were lost and not yet open again, such as a restart of Coder: from the first loss until
 * every connection is back.
 */
export class Interruptions {
  readonly #startMs: number;
  readonly #failures: () => number;
  readonly #listed: Interruption[] = [];
  #count = 0;
  #out = 0;
  #current: Current | undefined;

  /** `failures` tells how many failures there were so far. */
  constructor(startMs: number, failures: () => number) {
    this.#startMs = startMs;
    this.#failures = failures;
  }

  /** One connection was lost; `atMs` is by `performance.now()`. */
  lost(atMs: number): void {
    this.#out++;
    // Its own loss is one of the failures.
    this.#current ??= { fromMs: atMs, failuresBefore: this.#failures() - 1, lost: 0 };
    this.#current.lost++;
  }

  /** A lost connection is open again, or is not wanted any more. */
  back(atMs: number): void {
    this.#out--;
    if (this.#out === 0) this.#close(atMs);
  }

  /** All of them; one that is under way has no end. */
  result(): Pick<ChurnResult, "interruptions" | "interruptionsCounted"> {
    const open = this.#current === undefined ? [] : [this.#describe(this.#current)];
    return { interruptions: [...this.#listed, ...open], interruptionsCounted: this.#count + open.length };
  }

  #close(atMs: number): void {
    const current = this.#current;
    this.#current = undefined;
    if (current === undefined) return;
    this.#count++;
    if (this.#listed.length >= MOST_LISTED) return;
    this.#listed.push({ ...this.#describe(current), endMs: Math.round(atMs - this.#startMs) });
  }

  #describe({ fromMs, failuresBefore, lost }: Current): Interruption {
    return {
      startMs: Math.round(fromMs - this.#startMs),
      ...{ lost, failures: this.#failures() - failuresBefore },
    };
  }
}
