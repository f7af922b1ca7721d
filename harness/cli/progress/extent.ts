import type { LoadProgress } from "../../model/record/worker-result.ts";
import type { ActivityView, ProgressState, StackView } from "./state.ts";

/** How far an activity with a known total is. */
export interface Extent {
  readonly done: number;
  readonly total: number;
  /** The counted things, such as `users`. */
  readonly unit: string;
  /** About how many milliseconds remain; absent while that is not known. */
  readonly remainingMs?: number;
}

/** A rate that is measured on fewer items says nothing. */
const MEASURED_ITEMS = 3;

/** In the last round of builds, half a build remains on average. */
const LAST_ROUND = 0.5;

/** How far the load's present activity is; undefined where its total is not known. */
export function findLoadExtent({ load, activity }: ProgressState, nowMs: number): Extent | undefined {
  if (load === undefined || activity === undefined) return undefined;
  const { users, workspaces, connections, plan } = load;
  switch (load.activity) {
    case "creating users":
      return plan && byMeasuredRate({ done: users, total: plan.users, unit: "users" }, activity, nowMs);
    case "creating workspaces":
    case "creating workspaces (coder)":
    case "visiting workspaces":
      return buildExtent(load);
    case "connecting": {
      const done = connections.terminal + connections.ssh + connections.failed;
      const extent = { done, total: connections.wanted, unit: "connections" };
      const left = extent.total - done;
      return plan ? withRemaining(extent, (left / plan.connectionsPerSecond) * 1000) : extent;
    }
    case "holding": {
      if (plan === undefined || plan.holdMs === 0) return undefined;
      const heldMs = nowMs - activity.sinceMs;
      const extent = { done: Math.round(heldMs / 1000), total: Math.round(plan.holdMs / 1000), unit: "s" };
      return withRemaining(extent, plan.holdMs - heldMs);
    }
    case "deleting workspaces":
      return byMeasuredRate(
        { done: workspaces.deleted, total: workspaces.total, unit: "workspaces" },
        activity,
        nowMs,
      );
    default:
      return undefined;
  }
}

/** How far a drain is, by the rate since its first event. */
export function findDrainExtent({ drain, drainActivity }: ProgressState, nowMs: number): Extent | undefined {
  if (drain === undefined || drainActivity === undefined) return undefined;
  const { deleted, remaining } = drain;
  return byMeasuredRate(
    { done: deleted, total: deleted + remaining, unit: "workspaces" },
    drainActivity,
    nowMs,
  );
}

/**
 * How far the present stack is. No time is shown: a subnet takes seconds and a cluster minutes, so a rate over the
 * resources that are done says nothing about the others.
 */
export function findStackExtent(stacks: readonly StackView[]): Extent | undefined {
  const stack = stacks.findLast(({ working }) => working.size > 0) ?? stacks.at(-1);
  return stack && { done: stack.done.size, total: stack.planned, unit: `resources of ${stack.stack}` };
}

/** Builds that remain ÷ builds that run at the same time × mean duration of the builds so far. */
function buildExtent({ workspaces, plan, builds }: LoadProgress): Extent {
  const { total, ready, failed, deleted } = workspaces;
  const done = ready + failed + deleted;
  const extent = { done, total, unit: "workspaces" };
  if (plan === undefined || builds === undefined) return extent;
  const atOnce = plan.concurrency === 0 ? builds.daemons : Math.min(builds.daemons, plan.concurrency);
  return withRemaining(extent, Math.max((total - done) / atOnce, LAST_ROUND) * builds.meanMs);
}

/** Without a time while too little was measured. */
function byMeasuredRate(extent: Extent, { sinceMs, doneBefore }: ActivityView, nowMs: number): Extent {
  const measured = extent.done - doneBefore;
  if (measured < MEASURED_ITEMS) return extent;
  return withRemaining(extent, ((nowMs - sinceMs) / measured) * (extent.total - extent.done));
}

/** No time is shown once all is done, or when the time is over and it is not. */
function withRemaining(extent: Extent, remainingMs: number): Extent {
  return extent.done >= extent.total || remainingMs <= 0 ? extent : { ...extent, remainingMs };
}
