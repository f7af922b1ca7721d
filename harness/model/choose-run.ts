import { RefbenchError } from "../tools/error.ts";
import type { RunId } from "./run-id.ts";

/** The word that names the newest run. */
const LATEST = "latest";
/** Fewest characters of an id that name a run: its beginning is the clock, and ten minutes share six characters. */
const SHORTEST_START = 6;
const SHORTEST_END = 4;
/** How many runs an error names. */
const NAMED = 5;

/** How a run may be named, for the help of a command. */
export const RUN_NAMES = "a run's id, its first 6 or its last 4 characters or more, or latest";

/**
 * The run that a word names among these: by its id, a unique beginning or end of it, or as `latest`. Undefined when
 * there is none. A beginning or an end of several runs is a `usage` error that names them.
 */
export function chooseRun(given: string, runs: readonly RunId[]): RunId | undefined {
  const ids = [...new Set(runs)].sort();
  if (given === LATEST) return ids.at(-1);
  if (ids.includes(given)) return given;
  const matching = ids.filter(
    (id) =>
      (given.length >= SHORTEST_START && id.startsWith(given)) ||
      (given.length >= SHORTEST_END && id.endsWith(given)),
  );
  if (matching.length <= 1) return matching[0];
  throw new RefbenchError(
    "usage",
    `"${given}" names ${matching.length} runs, expected one: ${newest(matching)}; give more characters`,
  );
}

/** Which runs could have been named, newest first, for an error about one that does not exist. */
export function runsToName(runs: readonly RunId[]): string {
  return runs.length === 0 ? "there are no runs here" : `the newest are ${newest(runs)}`;
}

function newest(runs: readonly RunId[]): string {
  const ids = [...new Set(runs)].sort().reverse();
  return `${ids.slice(0, NAMED).join(", ")}${ids.length > NAMED ? ", …" : ""}`;
}
