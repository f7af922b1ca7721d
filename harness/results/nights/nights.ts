import { architectures } from "../../../reference-architectures/catalogue.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { fingerprintKey, fingerprintOf } from "../format/fingerprint.ts";
import { costOver, type NightCost } from "./cost.ts";
import { figuresOver, type NightFigures } from "./figures.ts";
import { isClean, isNightly, type MeasuredNight, nightsOf } from "./night.ts";
import { measuredCoder } from "./outcome.ts";
import { missingNights, type NightStatus, nightStatus } from "./status.ts";
import { type NightTally, tallyOf } from "./tally.ts";

/** A row's figures are medians over at most this many nights. */
export const NIGHTS_OF_A_ROW = 5;

/** The nights of one size. */
export interface NightRow {
  readonly architecture: string;
  readonly size: string;
  /** The newest night, whatever its verdict. */
  readonly newest: MeasuredNight;
  /** The nights behind the figures, newest first: they measured Coder on one platform, whatever their verdict. */
  readonly measured: readonly MeasuredNight[];
  /** Counts these nights by outcome, and those that are in no figure. */
  readonly tally: NightTally;
  /** Absent if no night measured Coder. */
  readonly figures?: NightFigures;
  /** How many nights in a row were clean, up to the newest. */
  readonly consecutiveClean: number;
  /** USD of the last nights with any verdict, because failed nights cost too. Absent if none recorded its cost. */
  readonly cost?: NightCost;
  readonly status: NightStatus;
  /** Recent days without a night, oldest first. */
  readonly missing: readonly string[];
}

/** Returns a row for each architecture and size that has a night, in catalogue order. */
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
      status: nightStatus(newest, missing, asOf),
      missing,
    },
  ];
}

/**
 * Returns the newest nights that measured Coder, on the platform of the newest of them. A median never mixes
 * platforms and never omits a night because of its result.
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

/** Sorts removed architectures and sizes last. */
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
