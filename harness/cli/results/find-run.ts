import { RefbenchError } from "../../tools/error.ts";
import { chooseRun } from "../../model/choose-run.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { readBelieved } from "../../loads/engine/read-record.ts";
import type { Io } from "../../composition/settings/io.ts";
import { type PlaceFlags, wholeHistory } from "./places.ts";

/** Fewest characters that name a record which cannot be read. */
const SHORTEST = 4;

/** The record of one run, named as `chooseRun` accepts it, in a store or among the runs, or by a path. */
export async function findRun(given: string, io: Io, place: PlaceFlags): Promise<RunRecord> {
  const history = await wholeHistory(io, place);
  const records = [...history.records, ...history.pending];
  const exact = records.find(({ runId }) => runId === given);
  if (exact !== undefined) return exact;
  const broken = history.unreadable.find(({ path }) => given.length >= SHORTEST && path.includes(given));
  if (broken !== undefined) throw new RefbenchError("run_folder", `${broken.path} ${broken.reason}`);
  const chosen = chooseRun(given, [...records.map(({ runId }) => runId), ...history.without]);
  if (chosen !== undefined && history.without.includes(chosen))
    throw new RefbenchError(
      "usage",
      `run "${chosen}" has no record yet: it is written once the load has run, "refbench watch ${chosen}" follows it`,
    );
  return records.find(({ runId }) => runId === chosen) ?? (await readBelieved(given, io.cwd)).record;
}
