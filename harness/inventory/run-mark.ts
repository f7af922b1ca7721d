import { RUN_ID_PATTERN, run12, type RunId } from "../model/run-id.ts";

/** `bench-<run12>` as a whole word of a name: `gke-bench-<run12>-gke-7f3a` is one, `mybench-…` is none. */
const IN_NAME = /(?:^|[^0-9a-z])bench-([0-9a-hjkmnp-tv-z]{12})(?![0-9a-z])/;

/** The last 12 characters of a run's id, when a name, or a text that quotes names, carries them. */
export function findRun12(text: string): string | undefined {
  return IN_NAME.exec(text)?.[1];
}

/** The run that labels or tags name. */
export function findLabelledRun(labels: Readonly<Record<string, string>>): RunId | undefined {
  const run = labels["bench-run"];
  return run !== undefined && RUN_ID_PATTERN.test(run) ? run : undefined;
}

/** The run of a thing by its label, which outranks its name. */
export function findOwner(name: string, labels: Readonly<Record<string, string>>): string | undefined {
  const labelled = findLabelledRun(labels);
  return labelled === undefined ? findRun12(name) : run12(labelled);
}
