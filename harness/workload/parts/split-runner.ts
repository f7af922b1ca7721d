import { nothingObserved } from "../../model/observation/observation.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { WorkerLost } from "../../model/ports/worker-lost.ts";
import type { LoadRunner, TaskOptions, WorkerEvent } from "../../model/ports/worker.ts";
import type { LoadProgress, LoadResult } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { lostPartSentence } from "../../model/record/parts.ts";
import { generatorNow } from "../context/clock-watch.ts";
import { Barrier } from "./barrier.ts";
import { finishMerge, mergeResults } from "./merge-results.ts";
import { describeLoss, nameReasons } from "./describe-part.ts";
import { ProgressSum } from "./progress-sum.ts";
import { splitLoad } from "./split-load.ts";

/**
 * Splits each load into `parts` runs of the runner, which start each stage together, and merges their
 * results. A part that is lost after the load has begun is a value in the result, and the others continue. If
 * one fails otherwise, or before that, the others are stopped cleanly, and the error names the failed part.
 * Without several parts, a load is passed on unchanged.
 */
export function splitRunner(runner: LoadRunner, parts: number): LoadRunner {
  if (parts <= 1) return runner;
  return {
    load: async (task, options) => {
      const results = await new Parts(runner, splitLoad(task, parts), options).run();
      return finishMerge(task, mergeResults(results));
    },
  };
}

class Parts {
  readonly #runner: LoadRunner;
  readonly #tasks: readonly LoadTask[];
  readonly #options: TaskOptions;
  readonly #barrier: Barrier;
  readonly #progress = new ProgressSum();
  readonly #reported = new Set<string>();
  readonly #othersFailed = new AbortController();
  readonly #suffering = new AbortController();
  /** By part: what it has measured, and its progress. */
  readonly #measured = new Map<number, LoadResult>();
  readonly #latest = new Map<number, LoadProgress>();
  /** All parts have met once: from then on they make load. */
  #hasBegun = false;

  constructor(runner: LoadRunner, tasks: readonly LoadTask[], options: TaskOptions) {
    this.#runner = runner;
    this.#tasks = tasks;
    this.#options = options;
    this.#barrier = new Barrier(tasks.length);
  }

  /** Runs every part and waits for all, also after a failure, so that none keeps running. */
  async run(): Promise<LoadResult[]> {
    let failure: RefbenchError | undefined;
    let firstLoss: RefbenchError | undefined;
    const lost = new Set<number>();
    const results = await Promise.all(
      this.#tasks.map(async (task, index) => {
        try {
          return await this.#runPart(task, index);
        } catch (error) {
          const kept = this.#keepLost(error, index);
          if (kept !== undefined) {
            firstLoss ??= this.#nameError(error, index);
            lost.add(index);
            return kept;
          }
          // The other parts fail only because they are stopped.
          failure ??= this.#nameError(error, index);
          this.#othersFailed.abort(failure);
          return undefined;
        } finally {
          this.#barrier.leave(index);
        }
      }),
    );
    failure ??= lost.size === this.#tasks.length ? firstLoss : undefined;
    if (failure !== undefined) throw failure;
    return results.filter((result) => result !== undefined);
  }

  async #runPart(task: LoadTask, index: number): Promise<LoadResult> {
    const result = await this.#runner.load(task, {
      signal: AbortSignal.any([this.#options.signal, this.#othersFailed.signal]),
      onEvent: (event) => this.#receive(event, index),
      onWaiting: async () => {
        await this.#barrier.arrive(index);
        this.#hasBegun = true;
      },
      suffering: this.#suffering.signal,
    });
    return nameReasons(result, index + 1);
  }

  /** What a lost part had measured; undefined if the error is not a loss, or nothing was measured yet. */
  #keepLost(error: unknown, index: number): LoadResult | undefined {
    const measured = this.#measured.get(index);
    const isFailing = this.#othersFailed.signal.aborted;
    if (!(error instanceof WorkerLost) || !this.#hasBegun || measured === undefined || isFailing)
      return undefined;
    const lost = { part: index + 1, of: this.#tasks.length, atMs: Math.round(generatorNow()) };
    const kept = describeLoss(error, measured, this.#latest.get(index), lost);
    this.#progress.lose(index);
    const [said] = kept.lostParts ?? [];
    if (said !== undefined) this.#options.onEvent({ type: "note", message: lostPartSentence(said) });
    if (this.#tasks[index]?.observe === undefined) return kept;
    const why = `the worker that observed it was lost: ${error.message}`;
    const unseen = [{ what: "what the load's workers reach", why }];
    return { ...kept, observation: nothingObserved(kept.startedAtMs ?? lost.atMs, unseen) };
  }

  /** Passes an event of one part on as one of the whole load. Greetings and results are not passed on. */
  #receive(event: WorkerEvent, index: number): void {
    const { onEvent } = this.#options;
    if (event.type === "measured") this.#measured.set(index, event.result);
    if (event.type === "progress") {
      this.#latest.set(index, event.progress);
      onEvent({ type: "progress", progress: this.#progress.update(index, event.progress) });
    }
    if (event.type === "aborting") this.#suffering.abort(new Error(event.why));
    if (event.type === "note" && this.#isNew(event.message)) onEvent(event);
    if (event.type === "failure" && this.#isNew(`${event.failure.class} ${event.failure.phase}`))
      onEvent(event);
  }

  /** Whether no other part has reported the same text. */
  #isNew(text: string): boolean {
    const isNew = !this.#reported.has(text);
    this.#reported.add(text);
    return isNew;
  }

  #nameError(error: unknown, index: number): RefbenchError {
    const message = `${this.#name(index)} of ${this.#tasks.length} failed: ${messageOf(error)}`;
    const code = error instanceof RefbenchError ? error.code : "worker";
    return new RefbenchError(code, message, { cause: error });
  }

  #name(index: number): string {
    return `part ${index + 1}`;
  }
}
