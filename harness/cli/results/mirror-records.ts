import type { RunRecord } from "../../model/record/record.ts";
import { mirroredRecordTexts } from "../../pipeline/mirror/mirrored-records.ts";
import { mayHaveBegun } from "../../pipeline/mirror/mirrored-state.ts";
import { contradictionOf } from "../../results/history/contradiction.ts";
import { recordOfText } from "../../results/history/record-file.ts";
import type { Unreadable } from "../../results/history/unreadable.ts";
import type { Io } from "../../composition/settings/io.ts";
import { openMirror } from "../../composition/open-mirror.ts";
import { separateFinal } from "./importable.ts";
import type { Gathered } from "./gather-records.ts";

/** The records of the runs that a mirror holds; throws when it cannot be listed. */
export async function mirrorRecords(url: string, io: Io): Promise<Gathered> {
  const all = await mirroredRecordTexts(await openMirror(url, io));
  const records: RunRecord[] = [];
  const unreadable: Unreadable[] = [];
  for (const run of all) {
    if (run.text === undefined) {
      if (mayHaveBegun(run)) io.stderr.write(`refbench: run ${run.runId} has no record in ${url} yet\n`);
      continue;
    }
    const read = recordOfText(run.text);
    if ("wrong" in read)
      unreadable.push({ path: run.path, reason: `is not a record of this refbench: ${read.wrong}` });
    else {
      const wrong = read.record.runId === run.runId ? contradictionOf(read.record) : misplaced(read.record);
      if (wrong === undefined) records.push(read.record);
      else unreadable.push({ path: run.path, reason: wrong });
    }
  }
  return {
    ...separateFinal(records),
    unreadable,
    from: new Map(all.map(({ runId, path }) => [runId, path])),
  };
}

function misplaced({ runId }: RunRecord): string {
  return `holds the record of run ${runId}: it was changed or moved`;
}
