import type { RunRecord } from "../../model/record/record.ts";
import type { Reset } from "../statistics/resets.ts";

/** What a site is made of. */
export interface SiteInput {
  readonly records: readonly RunRecord[];
  /** Whether it is the site of the rehearsals, which shows no real run, as the other shows no rehearsal. */
  readonly rehearsals: boolean;
  /** Date in UTC from which the age of figures is counted: 2026-11-22. */
  readonly asOf: string;
  /** Nights on which a series begins by decision. */
  readonly resets?: readonly Reset[];
  /** Records that could not be read: named on the index, never passed over. */
  readonly unreadable?: readonly { readonly path: string; readonly reason: string }[];
}
