import type { RunId } from "../../model/run-id.ts";
import { findLabelledRun } from "../../model/cloud/run-mark.ts";
import { KEEP_REASONS, type KeepReason } from "./decide.ts";
import type { Discovery, SweptItem } from "./discover.ts";
import type { SweepOutcome } from "./heartbeat.ts";

export const SWEEP_REPORT_SCHEMA_VERSION = 1;

/** A run that was torn down by its state. */
export interface RunTornDown {
  readonly runId: string;
  /** Whether the sweep took it over; otherwise its reaper was working and the sweep only waited. */
  readonly adopted: boolean;
  /** `would-tear-down` in a dry run; `unfinished` if its reaper did not finish in time. */
  readonly teardown: "clean" | "leaked" | "unverified" | "would-tear-down" | "unfinished";
  readonly problem?: string;
}

/** The result of a sweep. Everything in it is a defect of a teardown. */
export interface SweepReport {
  readonly schemaVersion: typeof SWEEP_REPORT_SCHEMA_VERSION;
  readonly simulated: boolean;
  readonly dryRun: boolean;
  readonly scope: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly outcome: SweepOutcome;
  readonly runs: readonly RunTornDown[];
  /** Removed items, by run and kind. */
  readonly residual: readonly Residual[];
  readonly kept: Readonly<Record<KeepReason, number>>;
  readonly items: readonly ReportedItem[];
  readonly problems: readonly string[];
}

export interface Residual {
  /** The run's id, or the part that names contain if the rest is unknown; null if nothing names a run. */
  readonly run: string | null;
  readonly kind: string;
  readonly removed: number;
  readonly wouldRemove: number;
  readonly left: number;
}

export interface ReportedItem {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly location?: string;
  readonly run: string | null;
  readonly createdAt?: string;
  readonly action: SweptItem["action"];
  readonly reason: SweptItem["reason"];
  readonly problem?: string;
}

/** Builds the report of a sweep. */
export function sweepReport(sweep: {
  readonly simulated: boolean;
  readonly dryRun: boolean;
  readonly startedMs: number;
  readonly finishedMs: number;
  readonly runs: readonly RunTornDown[];
  readonly discoveries: readonly Discovery[];
  readonly problems: readonly string[];
}): SweepReport {
  const { simulated, dryRun, runs, discoveries } = sweep;
  const swept = discoveries.flatMap((discovery) => discovery.items);
  const ids = fullIds(swept);
  const items = swept.map((one) => reported(one, ids));
  const problems = [...sweep.problems, ...discoveries.flatMap((discovery) => discovery.problems)];
  return {
    schemaVersion: SWEEP_REPORT_SCHEMA_VERSION,
    simulated,
    dryRun,
    scope: discoveries.map(({ scope }) => scope).join("; "),
    startedAt: new Date(sweep.startedMs).toISOString(),
    finishedAt: new Date(sweep.finishedMs).toISOString(),
    outcome: outcomeOf(runs, items, problems),
    runs,
    residual: residualOf(items),
    kept: keptOf(items),
    items,
    problems,
  };
}

function outcomeOf(
  runs: readonly RunTornDown[],
  items: readonly ReportedItem[],
  problems: readonly string[],
): SweepOutcome {
  const stuck =
    items.some(({ action }) => action === "left") || runs.some(({ teardown }) => teardown === "unfinished");
  if (stuck || problems.length > 0) return "could-not";
  return runs.some(({ adopted }) => adopted) || items.some(({ action }) => action !== "kept")
    ? "swept"
    : "clean";
}

/** Returns the full ids of runs that any item shows, by the part that names contain. */
function fullIds(items: readonly SweptItem[]): ReadonlyMap<string, RunId> {
  const ids = new Map<string, RunId>();
  for (const { item, run } of items) {
    const id = item.runId ?? findLabelledRun(item.labels);
    if (run !== undefined && id !== undefined) ids.set(run, id);
  }
  return ids;
}

function reported(one: SweptItem, ids: ReadonlyMap<string, RunId>): ReportedItem {
  const { id, kind, name, location, createdAt } = one.item;
  return {
    id,
    kind,
    name,
    ...(location === undefined ? {} : { location }),
    run: one.run === undefined ? null : (ids.get(one.run) ?? one.run),
    ...(createdAt === undefined ? {} : { createdAt }),
    action: one.action,
    reason: one.reason,
    ...("problem" in one ? { problem: one.problem } : {}),
  };
}

function residualOf(items: readonly ReportedItem[]): readonly Residual[] {
  const groups = new Map<string, ReportedItem[]>();
  for (const item of items) {
    if (item.action === "kept") continue;
    const key = JSON.stringify([item.run, item.kind]);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, group]) => {
      const [run, kind] = JSON.parse(key) as [string | null, string];
      const count = (action: SweptItem["action"]): number =>
        group.filter((item) => item.action === action).length;
      return {
        run,
        kind,
        removed: count("removed"),
        wouldRemove: count("would-remove"),
        left: count("left"),
      };
    });
}

function keptOf(items: readonly ReportedItem[]): Record<KeepReason, number> {
  const reasons = Object.keys(KEEP_REASONS) as KeepReason[];
  const count = (reason: KeepReason): number =>
    items.filter((item) => item.action === "kept" && item.reason === reason).length;
  return Object.fromEntries(reasons.map((reason) => [reason, count(reason)])) as Record<KeepReason, number>;
}
