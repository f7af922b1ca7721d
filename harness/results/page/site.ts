import type { RunRecord } from "../../model/record.ts";
import { resultsJson } from "../json.ts";
import { indexPage } from "./index-page.ts";

/** What a site is made of. */
export interface SiteInput {
  readonly records: readonly RunRecord[];
  /** Whether it is the site of the rehearsals, which shows no real run, as the other shows no rehearsal. */
  readonly rehearsals: boolean;
  /** Date in UTC from which the age of figures is counted: 2026-11-22. */
  readonly asOf: string;
  /** Records that could not be read: named on the index, never passed over. */
  readonly unreadable?: readonly { readonly path: string; readonly reason: string }[];
}

/** The files of the static site, by their path in it: from the same records the same bytes. */
export function siteOf({
  records,
  rehearsals,
  asOf,
  unreadable = [],
}: SiteInput): ReadonlyMap<string, string> {
  const shown = records.filter(({ simulated }) => simulated === rehearsals);
  return new Map([
    ["index.html", indexPage({ records: shown, rehearsals, asOf, unreadable })],
    ...shown.map((record) => [`records/${record.runId}.json`, resultsJson(record)] as const),
  ]);
}
