import { LOAD_FIGURES, type Load, type LoadFigure } from "./load.ts";

/** A measured row of the results table, as far as sizing needs it. Simulated and unofficial rows are none. */
export interface MeasuredRow {
  readonly runId: string;
  /** The day of the measurement in UTC. */
  readonly date: string;
  readonly architecture: string;
  readonly size: string;
  /** Whether the deployment met its objectives under the load. */
  readonly outcome: "pass" | "slo-failed";
  /** Why it failed, in words. */
  readonly reason?: string;
  readonly load: Load;
  /** Whether its size is listed today as it was measured: only then its machines are known. */
  readonly isAsListed: boolean;
  /** Published figures that the measured ones do not support, in words. */
  readonly disagreements: readonly string[];
}

/** How far a figure of a load lies from the nearest measured row. */
export interface Distance {
  /** The asked figure divided by that of the row. */
  readonly factor: number;
  readonly of: LoadFigure;
  readonly row: Pick<MeasuredRow, "runId" | "date" | "architecture" | "size">;
}

/** Finds the passed row whose load is nearest by its farthest figure; rows of the same architecture come first. */
export function findNearest(
  rows: readonly MeasuredRow[],
  load: Load,
  architecture: string,
): MeasuredRow | undefined {
  const passed = rows.filter(({ outcome }) => outcome === "pass");
  const own = passed.filter((row) => row.architecture === architecture);
  const farthest = ({ load: measured }: MeasuredRow): number =>
    Math.max(
      ...LOAD_FIGURES.map((figure) => Math.abs(Math.log(load[figure] / Math.max(1, measured[figure])))),
    );
  return (own.length > 0 ? own : passed).toSorted((one, other) => farthest(one) - farthest(other)).at(0);
}

/** Returns how far one figure of a load lies from a row. */
export function distanceTo(row: MeasuredRow, load: Load, of: LoadFigure): Distance {
  const { runId, date, architecture, size } = row;
  return {
    factor: Number((load[of] / Math.max(1, row.load[of])).toFixed(2)),
    of,
    row: { runId, date, architecture, size },
  };
}

/** Returns a distance in words; `undefined` is the distance without any row. */
export function distanceWords(distance: Distance | undefined): string {
  if (distance === undefined) return "no row has been measured";
  const { factor, of, row } = distance;
  return `${factor.toFixed(1)} times the ${of} of the nearest measured row (${row.architecture} ${row.size})`;
}

/** Whether a load has at most the figures of another. */
export function isWithin(load: Load, limits: Load): boolean {
  return LOAD_FIGURES.every((figure) => load[figure] <= limits[figure]);
}
