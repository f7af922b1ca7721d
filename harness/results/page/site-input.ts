import type { RunRecord } from "../../model/record/record.ts";
import type { Reset } from "../statistics/resets.ts";

/** The input of a site. */
export interface SiteInput {
  readonly records: readonly RunRecord[];
  /** Whether the site shows only rehearsals; otherwise it shows only real runs. */
  readonly rehearsals: boolean;
  /** UTC day from which the age of figures is counted: 2026-11-22. */
  readonly asOf: string;
  /** Nights on which a series begins by decision. */
  readonly resets?: readonly Reset[];
  /** SHA-256 of the stored text of records, by run id. Others are digested when they are needed. */
  readonly digests?: ReadonlyMap<string, string>;
  /** Records that could not be read; the index lists them. */
  readonly unreadable?: readonly { readonly path: string; readonly reason: string }[];
}
