import type { Measurements, RunRecord } from "../../model/record/record.ts";
import { fingerprintChanges, fingerprintKey, fingerprintOf } from "../format/fingerprint.ts";
import { isNightly, nightsOf } from "../nights/night.ts";
import { measuredCoder } from "../nights/outcome.ts";
import { nightAgainCommand } from "../output/reproduce.ts";
import { versionText } from "../format/row.ts";
import { changePoints, type SeriesChanges, shareChanges } from "./steps/change-points.ts";
import type { ChangePoint } from "./steps/watch-stretch.ts";
import type { NightFigure } from "./steps/night-figure.ts";
import { figureOfNight } from "./figure-of-night.ts";
import type { Reset } from "./resets.ts";
import {
  isWorse,
  WATCHED_FIGURES,
  WATCHED_SHARES,
  type WatchedFigure,
  type WatchedShare,
} from "./watched-figures.ts";

/** The nights of one figure in one row, and the changes found in them. */
export interface WatchedSeries extends SeriesChanges {
  readonly architecture: string;
  readonly size: string;
  readonly figure: Pick<WatchedFigure, "metric" | "name" | "description" | "worse">;
  /** Whether the figure is a share of failures. */
  readonly isShare: boolean;
  /** Oldest first; zero is a total failure. */
  readonly nights: readonly NightFigure[];
  /** Nights that measured Coder but lack this figure, with the reason. */
  readonly without: readonly { readonly day: string; readonly runId: string; readonly reason: string }[];
  /** How many nights of the row measured nothing or only the generator: they are in no series. */
  readonly unmeasured: number;
  /** Days on which the platform changed, and the changes. */
  readonly platforms: readonly { readonly day: string; readonly changes: readonly string[] }[];
  /** Confirmed, current regressions in the newest series. */
  readonly regressions: readonly ChangePoint[];
  /** The command that measures the last night again; present while a step is suspected. */
  readonly rerun?: string;
}

/** Searches every figure of every row for changes, up to a day. Figures without any value are omitted. */
export function changesOf(
  records: readonly RunRecord[],
  {
    asOf,
    resets = [],
  }: { /** UTC day: 2026-11-22. */ readonly asOf?: string; readonly resets?: readonly Reset[] } = {},
): readonly WatchedSeries[] {
  const rows = new Map<string, RunRecord[]>();
  for (const record of records.filter(isNightly)) {
    const key = `${record.architecture}/${record.size}`;
    rows.set(key, [...(rows.get(key) ?? []), record]);
  }
  return [...rows]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, row]) => seriesOf(row, asOf, resets));
}

/** A record whose load measured Coder. A missed objective is included, because it may be the regression. */
type Measured = RunRecord & { readonly measurements: Measurements };

interface MeasuredNight {
  readonly day: string;
  readonly record: Measured;
}

function isMeasured(record: RunRecord): record is Measured {
  return record.measurements !== undefined && measuredCoder(record);
}

function seriesOf(
  row: readonly RunRecord[],
  asOf: string | undefined,
  resets: readonly Reset[],
): readonly WatchedSeries[] {
  const nights = nightsOf(row)
    .toReversed()
    .filter(({ day }) => asOf === undefined || day <= asOf);
  const measured = nights.flatMap(({ day, runs }) =>
    runs.filter(isMeasured).map((record) => ({ day, record })),
  );
  const [first] = measured;
  const last = measured.at(-1);
  if (first === undefined || last === undefined) return [];
  const { architecture, size } = first.record;
  const common = {
    ...{ architecture, size, platforms: platformsOf(measured) },
    unmeasured: nights.filter(({ runs }) => !runs.some(isMeasured)).length,
  };
  const own = resets.filter((reset) => reset.architecture === architecture && reset.size === size);
  const daysOf = (metric: string): readonly string[] =>
    own.filter((reset) => reset.metric === undefined || reset.metric === metric).map(({ date }) => date);
  const concluded = (figure: WatchedSeries["figure"], found: SeriesChanges) => ({
    ...{ ...common, figure, ...found, regressions: regressionsIn(found, figure) },
    ...(found.changes.some(({ status }) => status === "suspected")
      ? { rerun: nightAgainCommand(last.record) }
      : {}),
  });
  return [
    ...WATCHED_FIGURES.flatMap((figure): WatchedSeries[] => {
      const { figures, without } = figuresIn(measured, figure);
      if (figures.length === 0) return [];
      const found = changePoints(figures, daysOf(figure.metric));
      return [{ ...concluded(figure, found), isShare: false, nights: figures, without }];
    }),
    ...WATCHED_SHARES.flatMap((share): WatchedSeries[] => {
      const attempts = attemptsIn(measured, share);
      if (attempts.length === 0) return [];
      const found = shareChanges(attempts, daysOf(share.metric));
      const figures = attempts.map(({ attempts: { failed, of }, ...night }) => ({
        ...night,
        value: failed / of,
      }));
      return [{ ...concluded(share, found), isShare: true, nights: figures, without: [] }];
    }),
  ];
}

function figuresIn(measured: readonly MeasuredNight[], figure: WatchedFigure) {
  const figures: NightFigure[] = [];
  const without: { day: string; runId: string; reason: string }[] = [];
  for (const { day, record } of measured) {
    const found = figureOfNight(record, figure);
    if ("absent" in found) without.push({ day, runId: record.runId, reason: found.absent });
    else if ("lost" in found) figures.push({ ...nightOf(day, record), value: 0, lost: found.lost });
    else figures.push({ ...nightOf(day, record), value: found.value });
  }
  return { figures, without };
}

function attemptsIn(measured: readonly MeasuredNight[], { failed, of }: WatchedShare) {
  return measured.flatMap(({ day, record }) => {
    const attempts = { failed: failed(record.measurements), of: of(record.measurements) };
    return attempts.of === 0 ? [] : [{ ...nightOf(day, record), attempts }];
  });
}

function nightOf(day: string, record: RunRecord): Omit<NightFigure, "value"> {
  return {
    ...{ day, runId: record.runId },
    fingerprint: fingerprintKey(fingerprintOf(record)),
    coderVersion: versionText(record),
  };
}

function platformsOf(measured: readonly MeasuredNight[]): WatchedSeries["platforms"] {
  return measured.flatMap(({ day, record }, index) => {
    const last = measured[index - 1];
    if (last === undefined) return [];
    const changes = fingerprintChanges(fingerprintOf(last.record), fingerprintOf(record));
    return changes.length === 0 ? [] : [{ day, changes }];
  });
}

/** A change back ends the regression before it, as a new series does. */
function regressionsIn(
  { changes, levels }: SeriesChanges,
  figure: WatchedSeries["figure"],
): readonly ChangePoint[] {
  const began = levels.findLast((level) => level.began !== "change")?.from ?? "";
  const standing: ChangePoint[] = [];
  for (const change of changes) {
    if (change.day <= began || change.status !== "confirmed") continue;
    if (isWorse(figure, change.magnitude)) standing.push(change);
    else standing.pop();
  }
  return standing;
}
