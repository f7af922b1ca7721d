import type { Architecture, Size } from "../../../reference-architectures/architecture.ts";
import { estimateMinutes, MINUTES_PER_BUILD_ROUND } from "../../../reference-architectures/cost/phases.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { scenarioRow } from "../../model/scenarios/scenarios.ts";
import type { ShownCapacity } from "../../workload/context/capacity.ts";
import { arrivalMs } from "../../workload/context/least-duration.ts";
import { formatCount } from "../../tools/count-text.ts";

type Phase =
  | ("provision" | "bootstrap" | "readiness" | "builds" | "arrivals" | "scenario")
  | ("ramp-up" | "hold" | "deletes" | "drain" | "destroy");

/** How long a run or a load is expected to take. */
export interface ExpectedTime {
  /** In the order of the run. */
  readonly phases: readonly { readonly phase: Phase; readonly seconds: number }[];
  readonly totalSeconds: number;
  /** The assumptions of the figures, a clause each. A phase of unknown time is named here and counted nowhere. */
  readonly assumptions: readonly string[];
}

/** A run of this size in a real cloud, each phase at its slow end. */
export function expectRunTime(architecture: Pick<Architecture, "carriedBy">, size: Size): ExpectedTime {
  const minutes = estimateMinutes(architecture, size);
  const seconds = (phase: Phase, value: number) => ({ phase, seconds: Math.round(value * 60) });
  return expectedTime(
    [
      seconds("provision", minutes.provision),
      seconds("bootstrap", minutes.bootstrap),
      seconds("readiness", minutes.readiness),
      seconds("builds", minutes.builds),
      seconds("ramp-up", minutes.rampUp),
      seconds("hold", minutes.hold),
      seconds("drain", minutes.drain),
      seconds("destroy", minutes.destroy),
    ],
    ["each phase at its slow end", buildAssumption(size.workspaces, size.concurrentBuilds)],
  );
}

/** A load on a deployment that exists. */
export function expectLoadTime(task: LoadTask, capacity: ShownCapacity): ExpectedTime {
  const { workspaces, concurrency, cleanupConcurrency, existing, keep, connections, scenario } = task;
  const daemons = "unknown" in capacity ? 0 : capacity.daemons;
  const atOnce = (limit: number): number => (limit === 0 ? daemons : Math.min(daemons, limit));
  const roundSeconds = (limit: number): number =>
    existing !== undefined || daemons === 0
      ? 0
      : Math.ceil(workspaces / atOnce(limit)) * MINUTES_PER_BUILD_ROUND * 60;
  const isHeld = connections.total > 0;
  return expectedTime(
    [
      { phase: "arrivals", seconds: arrivalMs(task) / 1000 },
      { phase: "builds", seconds: task.arrival === undefined ? roundSeconds(concurrency) : 0 },
      { phase: "scenario", seconds: (scenarioRow(scenario).lastsMs?.(task) ?? 0) / 1000 },
      { phase: "ramp-up", seconds: isHeld ? connections.total / connections.rampPerSecond : 0 },
      { phase: "hold", seconds: isHeld ? connections.holdMs / 1000 : 0 },
      { phase: "deletes", seconds: keep === true ? 0 : roundSeconds(cleanupConcurrency) },
    ],
    [
      existing !== undefined
        ? "visits are not counted"
        : daemons === 0
          ? "builds are not counted, since the number of provisioner daemons is not known"
          : workspaces === 0
            ? "no workspace is built"
            : buildAssumption(workspaces, atOnce(concurrency)),
      ...(task.scenario === "herd" ? ["stops and starts are not counted"] : []),
    ],
  );
}

function expectedTime(phases: ExpectedTime["phases"], assumptions: readonly string[]): ExpectedTime {
  const rounded = phases
    .filter(({ seconds }) => seconds > 0)
    .map(({ phase, seconds }) => ({ phase, seconds: Math.ceil(seconds) }));
  return {
    phases: rounded,
    totalSeconds: rounded.reduce((sum, { seconds }) => sum + seconds, 0),
    assumptions,
  };
}

function buildAssumption(workspaces: number, atOnce: number): string {
  const rounds = Math.ceil(workspaces / atOnce);
  return `a minute for each ${rounds === 1 ? "round" : `of ${formatCount(rounds)} rounds`} of ${formatCount(Math.min(workspaces, atOnce))} builds`;
}
