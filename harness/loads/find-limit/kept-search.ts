import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { localWorkers } from "../../composition/worker-program.ts";
import { messageOf } from "../../tools/error.ts";
import { writeJson } from "../../tools/files/json-file.ts";
import { systemClock } from "../../tools/time/clock.ts";
import type { LimitStep } from "../../workload/limit-search/limit.ts";
import { listMissedObjectives } from "../record.ts";
import { type LimitInput, reportSoFar } from "./report.ts";
import { type LimitSearch, createLimitSearch } from "./runner.ts";

/** A search whose steps are kept in a file as they end. */
export interface KeptSearch {
  readonly search: LimitSearch;
  /** The file, below the current folder. */
  readonly kept: string;
  /** Resolves when the last step is written. */
  settled(): Promise<void>;
}

/** Prepares a search that keeps its report in `.refbench/scaletest/<run>/limit.json`, beside the records of loads. */
export function keptSearch(
  ground: LimitInput,
  {
    cwd,
    env,
    timeoutMs,
    known,
    onStep,
    onFailure,
  }: {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    /** For each load; 0 = none. */
    readonly timeoutMs: number;
    /** Steps of an earlier search that this one continues. */
    readonly known: readonly LimitStep[];
    /** Gets each step once it is written, or could not be. */
    readonly onStep: (step: LimitStep) => void;
    /** Gets the reason when a step cannot be written. */
    readonly onFailure: (message: string) => void;
  },
): KeptSearch {
  const { runId, task, look, wish, maxFailures } = ground;
  const kept = join(".refbench", "scaletest", runId, "limit.json");
  const file = resolve(cwd, kept);
  let keeping = Promise.resolve();
  const search = createLimitSearch({
    runner: localWorkers(env),
    wish,
    judge: (result) => listMissedObjectives(result, { task, look, maxFailures }),
    clock: systemClock,
    timeoutMs,
    known,
    onStep: (step) => {
      // The report before this step's output: a process that ends here has lost nothing that it printed.
      const soFar = reportSoFar(search, ground);
      keeping = keeping
        .then(() => mkdir(dirname(file), { recursive: true }))
        .then(() => writeJson(file, soFar))
        .catch((error: unknown) => onFailure(messageOf(error)))
        .then(() => onStep(step));
    },
  });
  return { search, kept, settled: () => keeping };
}
