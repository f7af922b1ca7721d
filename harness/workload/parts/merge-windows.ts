import { LOAD_STAGES, type LoadStage, type LoadWindow } from "../../model/record/worker-result.ts";
import { joined, MOST_WINDOWS, WINDOW_MS, worstProbe } from "../load/load-windows.ts";

/** The windows of one part of a load, on the clock that the parts share. */
export interface WindowSeries {
  readonly startedAtMs: number;
  readonly windows: readonly LoadWindow[];
}

/** What one part contributes to one stretch of time. */
interface Share {
  readonly window: LoadWindow;
  /** It has windows that begin in this stretch: what those summed up counts here. */
  readonly isOwn: boolean;
}

/**
 * The windows of all parts on one grid of wall time. A window belongs to the stretch that it begins in, whole, so
 * that no sum is split or lost; where a part has none, what it last stood at still counts until its end.
 */
export function mergeWindows(series: readonly WindowSeries[]): WindowSeries {
  const filled = series.filter(({ windows }) => windows.length > 0);
  const startedAtMs = Math.min(...series.map((one) => one.startedAtMs));
  if (filled.length === 0) return { startedAtMs, windows: [] };
  const endMs = Math.max(...filled.map(endOf));
  const cellMs = cellFor(endMs - startedAtMs);
  const cellOf = (atMs: number): number => Math.floor(atMs / cellMs);
  const [firstCell, lastCell] = [cellOf(startedAtMs), cellOf(Math.max(startedAtMs, endMs - 1))];
  const byCell = filled.map((one) => sharesOf(one, cellMs));
  const windows: LoadWindow[] = [];
  for (let cell = firstCell; cell <= lastCell; cell++) {
    const shares = byCell.flatMap((part) => part(cell) ?? []);
    const from = Math.max(0, cell * cellMs - startedAtMs);
    const to = Math.min(endMs, (cell + 1) * cellMs) - startedAtMs;
    windows.push(together(shares, from, to));
  }
  return { startedAtMs, windows };
}

/** As a single process would: twice as long, until there are not too many. */
function cellFor(lengthMs: number): number {
  let cellMs = WINDOW_MS;
  while (lengthMs / cellMs > MOST_WINDOWS) cellMs *= 2;
  return cellMs;
}

function endOf({ startedAtMs, windows }: WindowSeries): number {
  return startedAtMs + (windows.at(-1)?.endMs ?? 0);
}

/** What one part has in each cell: its windows as one, what it last stood at, or nothing before and after its time. */
function sharesOf(series: WindowSeries, cellMs: number): (cell: number) => Share | undefined {
  const { startedAtMs, windows } = series;
  const own = new Map<number, LoadWindow>();
  for (const window of windows) {
    const cell = Math.floor((startedAtMs + window.startMs) / cellMs);
    const known = own.get(cell);
    own.set(cell, known === undefined ? window : joined(known, window));
  }
  const end = endOf(series);
  let last: LoadWindow | undefined;
  return (cell) => {
    const window = own.get(cell);
    if (window !== undefined) {
      last = window;
      return { window, isOwn: true };
    }
    return last === undefined || cell * cellMs >= end ? undefined : { window: last, isOwn: false };
  };
}

function together(shares: readonly Share[], startMs: number, endMs: number): LoadWindow {
  const all = shares.map(({ window }) => window);
  const own = shares.filter(({ isOwn }) => isOwn).map(({ window }) => window);
  const sum = (of: readonly LoadWindow[], value: (window: LoadWindow) => number): number =>
    of.reduce((total, window) => total + value(window), 0);
  const probe = worstProbe(own.flatMap((one) => one.probe ?? []));
  const stage = lastStage(all);
  return {
    startMs,
    endMs,
    activity: activitiesOf(all),
    ...(stage === undefined ? {} : { stage }),
    paced: own.some(({ paced }) => paced === true),
    judged: own.some(({ judged }) => judged === true),
    queued: sum(all, ({ queued }) => queued),
    building: sum(all, ({ building }) => building),
    ready: sum(all, ({ ready }) => ready),
    terminal: sum(all, ({ terminal }) => terminal),
    ssh: sum(all, ({ ssh }) => ssh),
    commands: sum(own, ({ commands }) => commands),
    failures: sum(own, ({ failures }) => failures),
    generator: worstOf(own.map(({ generator }) => generator)),
    ...(probe === undefined ? {} : { probe }),
  };
}

/** Parts begin each stage together: where they differ, one of them is a moment ahead. */
function lastStage(windows: readonly LoadWindow[]): LoadStage | undefined {
  return LOAD_STAGES.findLast((stage) => windows.some((window) => window.stage === stage));
}

const BETWEEN = " / ";

function activitiesOf(windows: readonly LoadWindow[]): string {
  return [...new Set(windows.flatMap(({ activity }) => activity.split(BETWEEN)))].sort().join(BETWEEN);
}

type Generator = LoadWindow["generator"];

/** The parts share a machine: what its kernel counts, each of them has seen. */
function worstOf(generators: readonly Generator[]): Generator {
  const most = (key: "slipP99Ms" | "slipMaxMs" | "lagP99Ms" | "eventLoopUtilization" | "runQueueShare") =>
    Math.max(0, ...generators.map((one) => one[key]));
  const mostTold = (
    [
      "retransmits",
      "synRetransmits",
      "listenOverflows",
      "stealShare",
      "openFiles",
      "childRunQueueShare",
    ] as const
  )
    .map((key) => [key, generators.flatMap((one) => one[key] ?? [])] as const)
    .filter(([, values]) => values.length > 0)
    .map(([key, values]) => [key, Math.max(...values)] as const);
  return {
    slipP99Ms: most("slipP99Ms"),
    slipMaxMs: most("slipMaxMs"),
    lagP99Ms: most("lagP99Ms"),
    eventLoopUtilization: most("eventLoopUtilization"),
    runQueueShare: most("runQueueShare"),
    ...Object.fromEntries(mostTold),
    limited: [...new Set(generators.flatMap(({ limited }) => limited))].sort(),
  };
}
