import type { RunRecord } from "../../model/record/record.ts";
import { byStart } from "../history/read-history.ts";
import { resultsJson } from "../history/json.ts";
import { programDigest } from "../publish/program-digest.ts";
import { digestOf, type SiteFile } from "../publish/site-file.ts";
import { changesOf, type WatchedSeries } from "../statistics/changes-of.ts";
import { indexPage } from "./index-page.ts";
import { neighboursOf } from "./neighbours.ts";
import { recordPagePath, runPath, sizePath } from "./parts/paths.ts";
import { runPage } from "./run-page.ts";
import type { SiteInput } from "./site-input.ts";
import { sizePage } from "./size-page.ts";

/** Returns the files of the static site by path. The same records produce the same bytes. */
export function siteOf(input: SiteInput): ReadonlyMap<string, string> {
  return new Map([...planSite(input)].map(([path, { make }]) => [path, make()]));
}

/** Returns the files of the static site by path, each with a digest of what it depends on, before any is drawn. */
export function planSite(input: SiteInput): ReadonlyMap<string, SiteFile> {
  const { rehearsals, resets = [], asOf, unreadable = [] } = input;
  const records = input.records.filter(({ simulated }) => simulated === rehearsals).toSorted(byStart);
  const bySize = new Map<string, RunRecord[]>();
  for (const record of records) {
    const path = sizePath(record);
    bySize.set(path, [...(bySize.get(path) ?? []), record]);
  }
  const watched = changesOf(records, { resets });
  const program = digestOf(programDigest(), String(rehearsals));
  const digests = new Map(records.map((record) => [record.runId, digestOfRecord(record, input)]));
  const digest = ({ runId }: RunRecord): string => digests.get(runId) ?? "";
  return new Map<string, SiteFile>([
    [
      "index.html",
      {
        inputs: digestOf(program, asOf, JSON.stringify([resets, unreadable]), ...records.map(digest)),
        make: () => indexPage({ ...input, records, watched }),
      },
    ],
    ...[...bySize].map(([path, each]): [string, SiteFile] => [
      path,
      {
        inputs: digestOf(program, JSON.stringify(resets), ...each.map(digest)),
        make: () => sizePage(each, { rehearsals, watched, resets }),
      },
    ]),
    ...[...bySize.values()].flatMap((each) => runFiles(each, { watched, rehearsals, program, digest })),
    ...records.map((record): [string, SiteFile] => [
      recordPagePath(record),
      { inputs: digestOf(program, digest(record)), make: () => resultsJson(record) },
    ]),
  ]);
}

function runFiles(
  records: readonly RunRecord[],
  {
    watched,
    rehearsals,
    program,
    digest,
  }: {
    readonly watched: readonly WatchedSeries[];
    readonly rehearsals: boolean;
    readonly program: string;
    readonly digest: (record: RunRecord) => string;
  },
): readonly (readonly [string, SiteFile])[] {
  const [first] = records;
  const own = watched.filter(
    ({ architecture, size }) => architecture === first?.architecture && size === first.size,
  );
  const neighbours = neighboursOf(records, own);
  return records.map((record) => {
    const its = neighbours.get(record.runId);
    return [
      runPath(record),
      {
        inputs: digestOf(program, digest(record), JSON.stringify(its)),
        make: () => runPage(record, { rehearsals, ...(its !== undefined && { neighbours: its }) }),
      },
    ];
  });
}

/** A stored record's own digest stands for it; another's is taken from its content. */
function digestOfRecord(record: RunRecord, { digests }: SiteInput): string {
  return digests?.get(record.runId) ?? digestOf(resultsJson(record));
}
