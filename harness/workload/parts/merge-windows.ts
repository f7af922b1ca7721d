import { LOAD_STAGES, type LoadStage, type LoadWindow, WINDOW_MS } from "../../model/record/worker-result.ts";
import type { WorkerPlace } from "../../model/record/parts.ts";
import { joinWindows, MOST_WINDOWS, worstProbe } from "../load/load-windows.ts";
import { mergeGeneratorWindows } from "./merge-generators.ts";

/** The windows of one part of a load, by the clock that the parts share. */
export interface WindowSeries {
  readonly startedAtMs: number;
  readonly windows: readonly LoadWindow[];
  /** Where the part ran; absent = on the machine that all others without a place share. */
  readonly place?: WorkerPlace | undefined;
}

/** The contribution of one part to one cell of the grid. */
interface Share {
  readonly window: LoadWindow;
  /** Whether windows of the part start in this cell: only those contribute to sums. */
  readonly isOwn: boolean;
  readonly place: WorkerPlace | undefined;
}

/**
 * Merges the windows of all parts on one grid of wall time. A window belongs completely to the cell in which
 * it starts, so that no sum is split or lost. In cells without a window of a part, its last state counts
 * until its end.
 */
export function mergeWindows(series: readonly WindowSeries[]): Pick<WindowSeries, "startedAtMs" | "windows"> {
  const filled = series.filter(({ windows }) => windows.length > 0);
  const startedAtMs = Math.min(...series.map((one) => one.startedAtMs));
  if (filled.length === 0) return { startedAtMs, windows: [] };
  const endMs = Math.max(...filled.map(findEnd));
  const cellMs = chooseCell(endMs - startedAtMs);
  const cellOf = (atMs: number): number => Math.floor(atMs / cellMs);
  const [firstCell, lastCell] = [cellOf(startedAtMs), cellOf(Math.max(startedAtMs, endMs - 1))];
  const byCell = filled.map((one) => shareByCell(one, cellMs));
  const windows: LoadWindow[] = [];
  for (let cell = firstCell; cell <= lastCell; cell++) {
    const shares = byCell.flatMap((part) => part(cell) ?? []);
    const from = Math.max(0, cell * cellMs - startedAtMs);
    const to = Math.min(endMs, (cell + 1) * cellMs) - startedAtMs;
    windows.push(mergeCell(shares, from, to));
  }
  return { startedAtMs, windows };
}

/** The cell length in milliseconds. It doubles until there are not too many cells, as in a single process. */
function chooseCell(lengthMs: number): number {
  let cellMs = WINDOW_MS;
  while (lengthMs / cellMs > MOST_WINDOWS) cellMs *= 2;
  return cellMs;
}

function findEnd({ startedAtMs, windows }: WindowSeries): number {
  return startedAtMs + (windows.at(-1)?.endMs ?? 0);
}

/**
 * The contribution of one part to each cell: its merged windows, its last state, or nothing outside its time.
 */
function shareByCell(series: WindowSeries, cellMs: number): (cell: number) => Share | undefined {
  const { startedAtMs, windows, place } = series;
  const own = new Map<number, LoadWindow>();
  for (const window of windows) {
    const cell = Math.floor((startedAtMs + window.startMs) / cellMs);
    const known = own.get(cell);
    own.set(cell, known === undefined ? window : joinWindows(known, window));
  }
  const end = findEnd(series);
  let last: LoadWindow | undefined;
  return (cell) => {
    const window = own.get(cell);
    if (window !== undefined) {
      last = window;
      return { window, isOwn: true, place };
    }
    return last === undefined || cell * cellMs >= end ? undefined : { window: last, isOwn: false, place };
  };
}

function mergeCell(shares: readonly Share[], startMs: number, endMs: number): LoadWindow {
  const all = shares.map(({ window }) => window);
  const ownShares = shares.filter(({ isOwn }) => isOwn);
  const own = ownShares.map(({ window }) => window);
  const sum = (of: readonly LoadWindow[], value: (window: LoadWindow) => number): number =>
    of.reduce((total, window) => total + value(window), 0);
  const probe = worstProbe(own.flatMap((one) => one.probe ?? []));
  const stage = lastStage(all);
  return {
    startMs,
    endMs,
    activity: joinActivities(all),
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
    generator: mergeGeneratorWindows(
      ownShares.map(({ window, place }) => ({ generator: window.generator, place })),
    ),
    ...(probe === undefined ? {} : { probe }),
  };
}

/** Parts start each stage together. If their stages differ, one part is a moment ahead. */
function lastStage(windows: readonly LoadWindow[]): LoadStage | undefined {
  return LOAD_STAGES.findLast((stage) => windows.some((window) => window.stage === stage));
}

const BETWEEN = " / ";

function joinActivities(windows: readonly LoadWindow[]): string {
  return [...new Set(windows.flatMap(({ activity }) => activity.split(BETWEEN)))].sort().join(BETWEEN);
}
