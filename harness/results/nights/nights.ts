import { architectures } from "../../../reference-architectures/catalogue.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { fingerprintKey, fingerprintOf } from "../format/fingerprint.ts";
import { costOver, type NightCost } from "./cost.ts";
import { figuresOver, type NightFigures } from "./figures.ts";
import { isClean, isNightly, type MeasuredNight, nightsOf } from "./night.ts";
import { measuredCoder } from "./outcome.ts";
import { missingNights, type NightStatus, statusOf } from "./status.ts";
import { type NightTally, tallyOf } from "./tally.ts";

/** How many nights a row's figures are the median of, at most. */
export const NIGHTS_OF_A_ROW = 5;

/** What the nights say of one size. */
export interface NightRow {
  readonly architecture: string;
  readonly size: string;
  /** The newest night, whatever its verdict. */
  readonly newest: MeasuredNight;
  /** Nights that the figures are of, newest first: they measured Coder, whatever their verdict, on one platform. */
  readonly measured: readonly MeasuredNight[];
  /** What became of these nights, and which ones are in no figure. */
  readonly tally: NightTally;
  /** Absent when no night measured Coder. */
  readonly figures?: NightFigures;
  /** Clean nights in a row up to the newest one. */
  readonly consecutiveClean: number;
  /** USD of the last nights, whatever their verdict: a night that failed costs too. Absent when none recorded its cost. */
  readonly cost?: NightCost;
  readonly status: NightStatus;
  /** Days without a night, of the last ones, oldest first. */
  readonly missing: readonly string[];
}

/** One row for each architecture and size that has a night, in the catalogue's order. */
export function nightRows(
  records: readonly RunRecord[],
  { asOf }: { /** UTC day: 2026-11-22. */ readonly asOf: string },
): readonly NightRow[] {
  const bySize = new Map<string, RunRecord[]>();
  for (const record of records.filter(isNightly)) {
    const key = `${record.simulated} ${record.architecture} ${record.size}`;
    bySize.set(key, [...(bySize.get(key) ?? []), record]);
  }
  return [...bySize.values()].flatMap((each) => rowOf(nightsOf(each), asOf)).toSorted(inCatalogueOrder);
}

function rowOf(nights: readonly MeasuredNight[], asOf: string): readonly NightRow[] {
  const [newest] = nights;
  if (newest === undefined) return [];
  const measured = lastMeasured(nights);
  const figures = figuresOver(measured.map(({ record }) => record));
  const cost = costOver(nights.slice(0, NIGHTS_OF_A_ROW));
  const firstUnclean = nights.findIndex(({ record }) => !isClean(record));
  const missing = missingNights(nights, asOf);
  const { architecture, size } = newest.record;
  return [
    {
      architecture,
      size,
      newest,
      measured,
      tally: tallyOf(nights, measured, NIGHTS_OF_A_ROW),
      ...(figures === undefined ? {} : { figures }),
      consecutiveClean: firstUnclean === -1 ? nights.length : firstUnclean,
      ...(cost === undefined ? {} : { cost }),
      status: statusOf(newest, missing, asOf),
      missing,
    },
  ];
}

/**
 * The newest nights that measured Coder, on the platform of the newest of them: a median never mixes platforms, and
 * never leaves out a night for what it came to.
 */
function lastMeasured(nights: readonly MeasuredNight[]): readonly MeasuredNight[] {
  const measured = nights.filter(({ record }) => measuredCoder(record));
  const [newest] = measured;
  if (newest === undefined) return [];
  const series = fingerprintKey(fingerprintOf(newest.record));
  return measured
    .filter(({ record }) => fingerprintKey(fingerprintOf(record)) === series)
    .slice(0, NIGHTS_OF_A_ROW);
}

function inCatalogueOrder(one: NightRow, other: NightRow): number {
  return placeOf(one) - placeOf(other) || (sizeKey(one) < sizeKey(other) ? -1 : 1);
}

/** What the catalogue no longer has comes last. */
function placeOf({ architecture, size }: NightRow): number {
  const names = [...architectures.keys()];
  const at = names.indexOf(architecture);
  if (at === -1) return names.length * SIZES;
  const sizes = Object.keys(architectures.get(architecture)?.sizes ?? {});
  const within = sizes.indexOf(size);
  return at * SIZES + (within === -1 ? SIZES - 1 : within);
}

/** More sizes than an architecture will ever have. */
const SIZES = 1000;

function sizeKey({ architecture, size }: NightRow): string {
  return `${architecture}/${size}`;
}
