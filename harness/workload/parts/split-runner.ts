import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { WorkerEvent, WorkerResult, WorkerRunner } from "../../model/ports/worker.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { Barrier } from "./barrier.ts";
import { finished, mergeResults } from "./merge-results.ts";
import { ProgressSum } from "./progress-sum.ts";
import { splitLoad } from "./split-load.ts";
import { without } from "./without.ts";

type RunOptions = Parameters<WorkerRunner["run"]>[1];
type LoadShardResult = Extract<WorkerResult, { task: "load" }>;

/** Runs loads in several parts at the same time; other tasks as they are. */
export interface SplitRunner extends WorkerRunner {
  runLoad(task: LoadTask, options: RunOptions): Promise<LoadShardResult>;
}

/**
 * Deals each load over so many runs of the runner, which begin each stage together, and merges what they measured.
 * When one of them fails, the others are stopped in order and the error names it.
 */
export function splitRunner(runner: WorkerRunner, shards: number): SplitRunner {
  const runLoad = async (task: LoadTask, options: RunOptions): Promise<LoadShardResult> => {
    const parts = splitLoad(task, shards);
    const results = await new Parts(runner, parts, options).run();
    return { task: "load", ...finished(task, mergeResults(results)) };
  };
  return {
    runLoad,
    run: (task, options) =>
      task.task === "load" && shards > 1 ? runLoad(task, options) : runner.run(task, options),
  };
}

class Parts {
  readonly #runner: WorkerRunner;
  readonly #tasks: readonly LoadTask[];
  readonly #options: RunOptions;
  readonly #barrier: Barrier;
  readonly #progress = new ProgressSum();
  readonly #told = new Set<string>();
  readonly #othersFailed = new AbortController();
  readonly #suffering = new AbortController();

  constructor(runner: WorkerRunner, tasks: readonly LoadTask[], options: RunOptions) {
    this.#runner = runner;
    this.#tasks = tasks;
    this.#options = options;
    this.#barrier = new Barrier(tasks.length);
  }

  /** Waits for every part, also when one of them failed: none is left running. */
  async run(): Promise<LoadResult[]> {
    let failure: RefbenchError | undefined;
    const results = await Promise.all(
      this.#tasks.map(async (task, index) => {
        try {
          return await this.#runPart(task, index);
        } catch (error) {
          // What the others say after it, they say because they were stopped.
          failure ??= this.#named(error, index);
          this.#othersFailed.abort(failure);
          return undefined;
        } finally {
          this.#barrier.leave(index);
        }
      }),
    );
    if (failure !== undefined) throw failure;
    return results.filter((result) => result !== undefined);
  }

  async #runPart(task: LoadTask, index: number): Promise<LoadResult> {
    const result = await this.#runner.run(task, {
      signal: AbortSignal.any([this.#options.signal, this.#othersFailed.signal]),
      onEvent: (event) => this.#hear(event, index),
      onWaiting: () => this.#barrier.arrive(index),
      suffering: this.#suffering.signal,
    });
    if (result.task !== "load")
      throw new RefbenchError("shard", `it answered a load task with the result of a ${result.task} task`);
    const load = without(result, "task");
    return this.#tasks.length === 1 ? load : named(load, this.#name(index));
  }

  /** What one part says, as the whole load would say it; its greeting and its result are its own. */
  #hear(event: WorkerEvent, index: number): void {
    const { onEvent } = this.#options;
    if (event.type === "progress")
      onEvent({ type: "progress", progress: this.#progress.update(index, event.progress) });
    if (event.type === "aborting") this.#suffering.abort(new Error(event.why));
    if (event.type === "note" && this.#isNew(event.message)) onEvent(event);
    if (event.type === "failure" && this.#isNew(`${event.failure.class} ${event.failure.phase}`))
      onEvent(event);
  }

  /** All parts find the same things. */
  #isNew(text: string): boolean {
    const isNew = !this.#told.has(text);
    this.#told.add(text);
    return isNew;
  }

  #named(error: unknown, index: number): RefbenchError {
    const message = `${this.#name(index)} of ${this.#tasks.length} failed: ${messageOf(error)}`;
    const code = error instanceof RefbenchError ? error.code : "shard";
    return new RefbenchError(code, message, { cause: error });
  }

  #name(index: number): string {
    return `shard ${index + 1}`;
  }
}

/** The result with the shard's name at everything that its process alone was the reason of. */
function named(result: LoadResult, name: string): LoadResult {
  const { generator, windows } = result;
  return {
    ...result,
    generator: { ...generator, reasons: generator.reasons.map((reason) => `${name}: ${reason}`) },
    ...(windows === undefined
      ? {}
      : {
          windows: windows.map((window) => ({
            ...window,
            generator: {
              ...window.generator,
              limited: window.generator.limited.map((reason) => `${name}: ${reason}`),
            },
          })),
        }),
  };
}
