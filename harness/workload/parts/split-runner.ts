import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { LoadRunner, TaskOptions, WorkerEvent } from "../../model/ports/worker.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { Barrier } from "./barrier.ts";
import { finishMerge, mergeResults } from "./merge-results.ts";
import { ProgressSum } from "./progress-sum.ts";
import { splitLoad } from "./split-load.ts";

/**
 * Splits each load into `parts` runs of the runner, which start each stage together, and merges their
 * results. If one of them fails, the others are stopped cleanly, and the error names the failed part. Without
 * several parts, a load is passed on unchanged.
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

  constructor(runner: LoadRunner, tasks: readonly LoadTask[], options: TaskOptions) {
    this.#runner = runner;
    this.#tasks = tasks;
    this.#options = options;
    this.#barrier = new Barrier(tasks.length);
  }

  /** Runs every part and waits for all, also after a failure, so that none keeps running. */
  async run(): Promise<LoadResult[]> {
    let failure: RefbenchError | undefined;
    const results = await Promise.all(
      this.#tasks.map(async (task, index) => {
        try {
          return await this.#runPart(task, index);
        } catch (error) {
          // The other parts fail only because they are stopped.
          failure ??= this.#nameError(error, index);
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
    const result = await this.#runner.load(task, {
      signal: AbortSignal.any([this.#options.signal, this.#othersFailed.signal]),
      onEvent: (event) => this.#receive(event, index),
      onWaiting: () => this.#barrier.arrive(index),
      suffering: this.#suffering.signal,
    });
    return nameReasons(result, this.#name(index));
  }

  /** Passes an event of one part on as one of the whole load. Greetings and results are not passed on. */
  #receive(event: WorkerEvent, index: number): void {
    const { onEvent } = this.#options;
    if (event.type === "progress")
      onEvent({ type: "progress", progress: this.#progress.update(index, event.progress) });
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

/** Adds the part's name to everything that only its process caused. */
function nameReasons(result: LoadResult, name: string): LoadResult {
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
