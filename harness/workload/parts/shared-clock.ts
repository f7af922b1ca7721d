import { LISTED_OFFSET_MS, type Observation } from "../../model/observation/observation.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { TracedWorkspace } from "../../model/observation/traces.ts";
import { without } from "./without.ts";

/**
 * The result of a part by the clock of the process that gathers the parts. The deployment's clocks were compared with
 * the part's, so their offsets move with it, and become less certain.
 */
export function bySharedClock(result: LoadResult): LoadResult {
  const { clock } = result.generator;
  if (clock === undefined) return result;
  const { offsetMs, uncertaintyMs } = clock;
  return {
    ...result,
    ...(result.startedAtMs === undefined ? {} : { startedAtMs: Math.round(result.startedAtMs - offsetMs) }),
    ...(result.observation === undefined
      ? {}
      : {
          observation: moveObservation(result.observation, offsetMs, result.generator.place?.node),
        }),
    ...(result.traced === undefined
      ? {}
      : { traced: result.traced.map((workspace) => moveGeneratorPhases(workspace, -offsetMs)) }),
    ...(result.clocks === undefined
      ? {}
      : {
          clocks: result.clocks.map((one) => ({
            ...one,
            offsetMs: one.offsetMs + offsetMs,
            uncertaintyMs: one.uncertaintyMs + uncertaintyMs,
          })),
        }),
    generator: without(result.generator, "clock"),
  };
}

/** Moves the grid to the shared clock, and lists the clock that it was on. */
function moveObservation(own: Observation, offsetMs: number, node = "load runner"): Observation {
  const moved = { ...own, startedAtMs: Math.round(own.startedAtMs - offsetMs) };
  if (Math.abs(offsetMs) <= LISTED_OFFSET_MS) return moved;
  return { ...moved, clocks: [...(own.clocks ?? []), { clock: node, offsetMs: Math.round(offsetMs) }] };
}

/** Moves what the generator stamped; Coder's stamps stay. */
function moveGeneratorPhases({ index, phases }: TracedWorkspace, byMs: number): TracedWorkspace {
  return {
    index,
    phases: phases.map((phase) =>
      phase.clock === "coder"
        ? phase
        : { ...phase, startMs: phase.startMs + byMs, endMs: phase.endMs + byMs },
    ),
  };
}
