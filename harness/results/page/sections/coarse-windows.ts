import type { LoadWindow } from "../../../model/record/worker-result.ts";

/** A chart draws at most this many windows; more would be narrower than its line. */
const DRAWN = 100;

/** Returns the windows, merged with their neighbours if there are more than a chart can show. */
export function coarse(windows: readonly LoadWindow[]): readonly LoadWindow[] {
  const together = Math.ceil(windows.length / DRAWN);
  if (together <= 1) return windows;
  return Array.from({ length: Math.ceil(windows.length / together) }, (_, index) =>
    windows.slice(index * together, (index + 1) * together).reduce(merged),
  );
}

/** Merges two windows. Levels and latencies are maxima, so that peaks remain; counts are sums. */
function merged(one: LoadWindow, other: LoadWindow): LoadWindow {
  const probe = mergedProbe(one.probe, other.probe);
  const lostParts = Math.max(one.lostParts ?? 0, other.lostParts ?? 0);
  return {
    startMs: one.startMs,
    endMs: other.endMs,
    activity: other.activity,
    queued: Math.max(one.queued, other.queued),
    building: Math.max(one.building, other.building),
    ready: Math.max(one.ready, other.ready),
    terminal: Math.max(one.terminal, other.terminal),
    ssh: Math.max(one.ssh, other.ssh),
    commands: one.commands + other.commands,
    failures: one.failures + other.failures,
    generator: {
      slipP99Ms: Math.max(one.generator.slipP99Ms, other.generator.slipP99Ms),
      slipMaxMs: Math.max(one.generator.slipMaxMs, other.generator.slipMaxMs),
      lagP99Ms: Math.max(one.generator.lagP99Ms, other.generator.lagP99Ms),
      eventLoopUtilization: Math.max(
        one.generator.eventLoopUtilization,
        other.generator.eventLoopUtilization,
      ),
      runQueueShare: Math.max(one.generator.runQueueShare, other.generator.runQueueShare),
      limited: [...new Set([...one.generator.limited, ...other.generator.limited])],
    },
    ...(lostParts > 0 && { lostParts }),
    ...(probe !== undefined && { probe }),
  };
}

type Probe = LoadWindow["probe"];

function mergedProbe(one: Probe, other: Probe): Probe {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    count: one.count + other.count,
    errors: one.errors + other.errors,
    p50Ms: Math.max(one.p50Ms, other.p50Ms),
    maxMs: Math.max(one.maxMs, other.maxMs),
  };
}
