import type { RunRecord } from "../../model/record.ts";
import { fingerprintChanges, fingerprintKey, fingerprintOf } from "../fingerprint.ts";
import { isNightly, nightsOf } from "../nights/night.ts";
import { findFigure } from "../objectives.ts";
import { nightAgainCommand } from "../reproduce.ts";
import { versionOf } from "../row.ts";
import { type ChangePoint, changePoints, type NightFigure, type SeriesChanges } from "./change-points.ts";
import type { Reset } from "./resets.ts";
import { isWorse, WATCHED_FIGURES, type WatchedFigure } from "./watched-figures.ts";

/** What the nights of one figure of one row say. */
export interface WatchedSeries extends SeriesChanges {
  readonly architecture: string;
  readonly size: string;
  readonly figure: WatchedFigure;
  /** Oldest first. */
  readonly nights: readonly NightFigure[];
  /** Where what was measured on changed, and how. */
  readonly platforms: readonly { readonly day: string; readonly changes: readonly string[] }[];
  /** Confirmed changes for the worse in the newest series, which nothing has undone since. */
  readonly regressions: readonly ChangePoint[];
  /** How to measure the last night again; present while a change is suspected. */
  readonly rerun?: string;
}

/** Watches every figure of every row over its nights, up to a day; figures that no night has are left out. */
export function changesOf(
  records: readonly RunRecord[],
  {
    asOf,
    resets = [],
  }: { /** UTC day: 2026-11-22. */ readonly asOf?: string; readonly resets?: readonly Reset[] } = {},
): readonly WatchedSeries[] {
  const rows = new Map<string, RunRecord[]>();
  for (const record of records.filter(isNightly).filter(isMeasured)) {
    const key = `${record.architecture}/${record.size}`;
    rows.set(key, [...(rows.get(key) ?? []), record]);
  }
  return [...rows]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, row]) => seriesOf(row, asOf, resets));
}

/** Measured to its end, whatever it came to: a regression may well miss an objective. */
function isMeasured({ measurements, stages, provenance }: RunRecord): boolean {
  return (
    measurements !== undefined &&
    measurements.aborted === undefined &&
    !measurements.generator.limited &&
    stages.every(({ stage, outcome }) => stage !== "load" || outcome === "ok") &&
    provenance.rehearsal?.faults === undefined
  );
}

function seriesOf(
  row: readonly RunRecord[],
  asOf: string | undefined,
  resets: readonly Reset[],
): readonly WatchedSeries[] {
  const measured = nightsOf(row)
    .toReversed()
    .filter(({ day }) => asOf === undefined || day <= asOf)
    .flatMap(({ day, runs }) => runs.map((record) => ({ day, record })));
  const [first] = measured;
  if (first === undefined) return [];
  const { architecture, size } = first.record;
  const platforms = platformsOf(measured);
  return WATCHED_FIGURES.flatMap((figure): WatchedSeries[] => {
    const nights = measured.flatMap(({ day, record }) => figuresOf(day, record, figure));
    const last = nights.at(-1);
    if (last === undefined) return [];
    const own = resets.filter(
      (reset) =>
        reset.architecture === architecture &&
        reset.size === size &&
        (reset.metric === undefined || reset.metric === figure.metric),
    );
    const found = changePoints(
      nights,
      own.map(({ date }) => date),
    );
    const isSuspected = found.changes.some(({ status }) => status === "suspected");
    return [
      {
        ...{ architecture, size, figure, nights, platforms, ...found },
        regressions: regressionsIn(found, figure),
        ...(isSuspected ? rerunOf(row.find(({ runId }) => runId === last.runId)) : {}),
      },
    ];
  });
}

function figuresOf(day: string, record: RunRecord, { metric }: WatchedFigure): readonly NightFigure[] {
  const { measurements, runId } = record;
  const value = measurements && findFigure(measurements, metric);
  if (value === undefined || value <= 0) return [];
  return [
    {
      day,
      runId,
      value,
      fingerprint: fingerprintKey(fingerprintOf(record)),
      coderVersion: versionOf(record),
    },
  ];
}

function platformsOf(
  measured: readonly { readonly day: string; readonly record: RunRecord }[],
): WatchedSeries["platforms"] {
  return measured.flatMap(({ day, record }, index) => {
    const last = measured[index - 1];
    if (last === undefined) return [];
    const changes = fingerprintChanges(fingerprintOf(last.record), fingerprintOf(record));
    return changes.length === 0 ? [] : [{ day, changes }];
  });
}

/** A change back ends what came before it, as a new series does. */
function regressionsIn({ changes, levels }: SeriesChanges, figure: WatchedFigure): readonly ChangePoint[] {
  const began = levels.findLast((level) => level.began !== "change")?.from ?? "";
  const standing: ChangePoint[] = [];
  for (const change of changes) {
    if (change.day <= began || change.status !== "confirmed") continue;
    if (isWorse(figure, change.magnitude)) standing.push(change);
    else standing.pop();
  }
  return standing;
}

function rerunOf(record: RunRecord | undefined): Pick<WatchedSeries, "rerun"> {
  return record === undefined ? {} : { rerun: nightAgainCommand(record) };
}
