import type { LoadTask } from "../../model/ports/worker-task.ts";
import { scenarioRow } from "../../model/scenarios/scenarios.ts";

/**
 * The shortest time that a load can take by its plan, in milliseconds: arrivals, scenario, ramp and hold, one
 * after another. Builds and connections add to it.
 */
export function leastDurationMs(task: LoadTask): number {
  const { total, rampPerSecond, holdMs } = task.connections;
  const rampMs = total === 0 ? 0 : (total / rampPerSecond) * 1000;
  const scenarioMs = scenarioRow(task.scenario).lastsMs?.(task) ?? 0;
  return arrivalMs(task) + scenarioMs + rampMs + (total === 0 ? 0 : holdMs);
}

/** Milliseconds until the last workspace is due. If a step is a ramp, its rate is reached at its end. */
export function arrivalMs({ arrival, workspaces }: LoadTask): number {
  let left = workspaces;
  let before = 0;
  let milliseconds = 0;
  for (const { perSecond, seconds, ramp } of arrival ?? []) {
    const due = ((ramp === true ? before + perSecond : 2 * perSecond) / 2) * seconds;
    if (due >= left && ramp !== true) return milliseconds + (left / perSecond) * 1000;
    milliseconds += seconds * 1000;
    left -= due;
    before = perSecond;
    if (left <= 0) return milliseconds;
  }
  return milliseconds + (before === 0 ? 0 : (left / before) * 1000);
}
