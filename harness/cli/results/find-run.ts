import { RefbenchError } from "../../tools/error.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { readBelieved } from "../engine/read-record.ts";
import type { Io } from "../../composition/settings/io.ts";
import { type PlaceFlags, wholeHistory } from "./places.ts";

/** Fewest characters of a run's end that name it. */
const SHORTEST_END = 4;

/** The record of one run: by its id or a unique end of it, in a store or among the runs, or by a path. */
export async function findRun(given: string, io: Io, place: PlaceFlags): Promise<RunRecord> {
  const history = await wholeHistory(io, place);
  const records = [...history.records, ...history.pending];
  const exact = records.find(({ runId }) => runId === given);
  if (exact !== undefined) return exact;
  const broken = history.unreadable.find(({ path }) => given.length >= SHORTEST_END && path.includes(given));
  if (broken !== undefined) throw new RefbenchError("run_folder", `${broken.path} ${broken.reason}`);
  if (history.without.includes(given))
    throw new RefbenchError(
      "usage",
      `run "${given}" has no record yet: it is written once the load has run, "refbench watch ${given}" follows it`,
    );
  const ending = given.length < SHORTEST_END ? [] : records.filter(({ runId }) => runId.endsWith(given));
  const [one, ...others] = ending;
  if (one !== undefined && others.length === 0) return one;
  if (others.length > 0)
    throw new RefbenchError(
      "usage",
      `"${given}" ends more than one run: ${ending.map(({ runId }) => runId).join(", ")}`,
    );
  return (await readBelieved(given, io.cwd)).record;
}
