import type { RunRecord } from "../../model/record/record.ts";
import { byStart } from "../history/read-history.ts";
import { resultsJson } from "../history/json.ts";
import { changesOf } from "../statistics/changes-of.ts";
import { indexPage } from "./index-page.ts";
import { recordPagePath, runPath, sizePath } from "./parts/paths.ts";
import { runPage } from "./run-page.ts";
import type { SiteInput } from "./site-input.ts";
import { sizePage } from "./size-page.ts";

/** Returns the files of the static site by path. The same records produce the same bytes. */
export function siteOf(input: SiteInput): ReadonlyMap<string, string> {
  const { rehearsals, resets = [] } = input;
  const records = input.records.filter(({ simulated }) => simulated === rehearsals).toSorted(byStart);
  const bySize = new Map<string, RunRecord[]>();
  for (const record of records) {
    const path = sizePath(record);
    bySize.set(path, [...(bySize.get(path) ?? []), record]);
  }
  const watched = changesOf(records, { resets });
  return new Map([
    ["index.html", indexPage({ ...input, records, watched })],
    ...[...bySize].map(([path, each]) => [path, sizePage(each, { rehearsals, watched, resets })] as const),
    ...records.map((record) => [runPath(record), runPage(record, { rehearsals })] as const),
    ...records.map((record) => [recordPagePath(record), resultsJson(record)] as const),
  ]);
}
