import type { WorkerLost } from "../../model/ports/worker-lost.ts";
import { isGeneratorsOwnLoss, type LostPart, lostPartSentence } from "../../model/record/parts.ts";
import type { GeneratorHealth, LoadProgress, LoadResult } from "../../model/record/worker-result.ts";
import { without } from "./without.ts";

/** A part's number, how many there are, and when it was lost, in milliseconds since the epoch. */
type Lost = Pick<LostPart, "part" | "of"> & { readonly atMs: number };

/**
 * The result of a lost part: what it had measured when it last reported it, marked as lost. Nothing that happened
 * later counts as a failure.
 */
export function describeLoss(
  error: WorkerLost,
  measured: LoadResult,
  progress: LoadProgress | undefined,
  { part, of, atMs }: Lost,
): LoadResult {
  const { workspaces, connections, generator, windows = [], startedAtMs = atMs } = measured;
  const { terminal = 0, ssh = 0 } = progress?.connections ?? {};
  const node = error.node ?? generator.place?.node;
  const knownUntilMs = windows.at(-1)?.endMs ?? 0;
  const ownClockMs = startedAtMs - (generator.clock?.offsetMs ?? 0);
  const lost: LostPart = {
    ...{ part, of, cause: error.loss, reason: error.message },
    ...(node === undefined ? {} : { node }),
    atMs: Math.max(knownUntilMs, Math.round(atMs - ownClockMs)),
    ...{ knownUntilMs, wentDown: terminal + ssh },
    unmeasured: {
      workspaces: workspaces.asked - workspaces.succeeded - workspaces.failed,
      connections: connections.asked - connections.held - connections.lost - (connections.failed ?? 0),
    },
  };
  const named = nameReasons(measured, part);
  return { ...named, generator: limitByLoss(named.generator, lost), lostParts: [lost] };
}

/** A generator that lost a part for its own lack of memory or CPU was the limit. */
function limitByLoss(generator: GeneratorHealth, lost: LostPart): GeneratorHealth {
  if (!isGeneratorsOwnLoss(lost)) return generator;
  return { ...generator, limited: true, reasons: [lostPartSentence(lost), ...generator.reasons] };
}

/** Adds the part's number to everything that only its process caused. */
export function nameReasons(result: LoadResult, part: number): LoadResult {
  const { generator, windows } = result;
  const name = (reason: string): string => `part ${part}: ${reason}`;
  const { place, machine, maxRssMib, cpuSeconds, childCpuSeconds, clock } = generator;
  const used = Object.entries({ place, childCpuSeconds, clock }).filter(([, value]) => value !== undefined);
  const own = machine === undefined ? {} : { machine: without(machine, "node") };
  return {
    ...result,
    generator: {
      ...generator,
      parts: [{ part, maxRssMib, cpuSeconds, ...own, ...Object.fromEntries(used) }],
      reasons: generator.reasons.map(name),
    },
    ...(windows === undefined
      ? {}
      : {
          windows: windows.map((window) => ({
            ...window,
            generator: { ...window.generator, limited: window.generator.limited.map(name) },
          })),
        }),
  };
}
