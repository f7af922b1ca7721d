import { RefbenchError } from "../../tools/error.ts";
import type { LimitOptions, LimitStep, LimitKind } from "./limit.ts";

const FACTOR = 2;
/** The default resolution, as a share of `from`. */
const RESOLUTION_SHARE = 0.1;
/** Loads closer than this are equal. */
const PRECISION = 1e-6;

/** The loads that a search may try. */
export interface Ladder {
  readonly from: number;
  readonly upTo: number;
  readonly factor: number;
  readonly resolution: number;
}

export type Next =
  | Pick<LimitStep, "load" | "purpose">
  | { readonly ended: "found" | "not-reached" | "generator-limited" | "below-first" };

/** All steps with the same load. */
export interface Tried {
  readonly load: number;
  readonly steps: readonly LimitStep[];
}

/** The ladder for the options. Throws `usage` if a search on it could not end. */
export function buildLadder(
  kind: LimitKind,
  options: Pick<LimitOptions, "from" | "upTo" | "factor" | "resolution">,
): Ladder {
  const { from, upTo, factor = FACTOR } = options;
  const least = kind === "connections" ? 1 : PRECISION * 10;
  const given = options.resolution ?? from * RESOLUTION_SHARE;
  const resolution = kind === "connections" ? Math.max(1, Math.round(given)) : given;
  const wrong =
    !(from >= least) || (kind === "connections" && !Number.isInteger(from))
      ? `the first load is ${from}, expected ${kind === "connections" ? "a whole number of at least 1" : "more than 0"}`
      : !(upTo >= from && Number.isFinite(upTo))
        ? `the largest load is ${upTo}, expected at least the first one, ${from}`
        : !(factor > 1)
          ? `the factor is ${factor}, expected more than 1`
          : !(resolution >= least)
            ? `the resolution is ${given}, expected more than 0`
            : undefined;
  if (wrong !== undefined)
    throw new RefbenchError("usage", `the limit of ${kind} cannot be searched: ${wrong}`);
  return { from, upTo, factor, resolution };
}

/**
 * The largest load within the objectives, and the smallest one beyond them. A load is within if most of its
 * tries were. If its two tries disagree, it is not within until a third one decides.
 */
export function splitByOutcome(steps: readonly LimitStep[]): {
  readonly within: Tried | undefined;
  readonly beyond: Tried | undefined;
} {
  const loads = [...new Set(steps.map(({ load }) => load))].sort((a, b) => a - b);
  const all = loads.map((load) => ({ load, steps: steps.filter((step) => step.load === load) }));
  const first = all.findIndex((one) => countWithin(one) * 2 <= one.steps.length);
  if (first === -1) return { within: all.at(-1), beyond: undefined };
  return { within: all[first - 1], beyond: all[first] };
}

/** How many tries of a load were within the objectives. */
export function countWithin({ steps }: Tried): number {
  return steps.filter(({ outcome }) => outcome === "within").length;
}

/**
 * The next step after these, or how the search ended. With one step left, the limit is confirmed instead
 * of refined.
 */
export function nextStep(steps: readonly LimitStep[], ladder: Ladder, stepsLeft: number): Next {
  const { within, beyond } = splitByOutcome(steps);
  const { from, upTo, factor, resolution } = ladder;
  // One slow moment of a server or a network must not become the limit.
  if (beyond?.steps.length === 2 && countWithin(beyond) === 1)
    return { load: beyond.load, purpose: "settle" };
  if (within === undefined) {
    if (beyond === undefined) return { load: from, purpose: "raise" };
    if (isOnce(beyond)) return { load: beyond.load, purpose: "above" };
    return { ended: isBroken(beyond) ? "below-first" : "generator-limited" };
  }
  const confirm = { load: within.load, purpose: "confirm" } as const;
  if (beyond === undefined) {
    if (within.load >= upTo) return isOnce(within) ? confirm : { ended: "not-reached" };
    const raised = roundLoad(Math.max(within.load + resolution, roundToGrid(ladder, within.load * factor)));
    return { load: Math.min(upTo, raised), purpose: "raise" };
  }
  if (beyond.load - within.load > resolution + PRECISION && !(stepsLeft === 1 && isOnce(within))) {
    const half = Math.max(1, Math.floor((beyond.load - within.load) / 2 / resolution));
    return { load: roundLoad(within.load + half * resolution), purpose: "bisect" };
  }
  if (isOnce(within)) return confirm;
  if (isOnce(beyond)) return { load: beyond.load, purpose: "above" };
  return { ended: isBroken(beyond) ? "found" : "generator-limited" };
}

/** Whether an objective broke at least once: in the other try, the generator may have hidden it. */
function isBroken({ steps }: Tried): boolean {
  return steps.some(({ outcome }) => outcome === "broken");
}

function isOnce({ steps }: Tried): boolean {
  return steps.length < 2;
}

/** Rounds down to whole steps of the resolution above the first load. */
function roundToGrid({ from, resolution }: Ladder, load: number): number {
  return from + Math.floor((load - from) / resolution + PRECISION) * resolution;
}

/** Removes the drift of floating-point sums, because the report shows the load. */
function roundLoad(load: number): number {
  return Number(load.toFixed(6));
}
