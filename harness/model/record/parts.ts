import { z } from "zod";
import { machine } from "./machine.ts";

const count = z.number().int().nonnegative();

/** Why a part of a load was lost. */
export const LOSS_CAUSES = [
  /** Killed because its machine, or its limit, had no memory left. */
  "memory",
  /** Killed because it got too little CPU, such as by a probe that timed out. */
  "cpu",
  /** Evicted, preempted or deleted by its cluster. */
  "disruption",
  /** Its machine is gone or does not answer. */
  "node",
  "unknown",
] as const;
export type LossCause = (typeof LOSS_CAUSES)[number];

/** The causes that the generator has itself: it was too small for the load. */
const OWN_CAUSES: ReadonlySet<LossCause> = new Set<LossCause>(["memory", "cpu"]);

/**
 * A part of a load whose process was lost after the load had begun. Nothing that it asked for afterwards has an
 * outcome: that says nothing about Coder.
 */
export const lostPart = z.object({
  /** The first part is 1. */
  part: z.int().positive(),
  of: z.int().positive(),
  cause: z.enum(LOSS_CAUSES),
  /** What was seen of it, in words. */
  reason: z.string(),
  /** The machine that it ran on, as its cluster names it. */
  node: z.string().optional(),
  /** When it was lost, in milliseconds since the load's start. */
  atMs: count,
  /**
   * Milliseconds since the load's start until which its figures are in the result. A part reports them before each
   * stage; what it measured later went with it.
   */
  knownUntilMs: count,
  /** Connections that it held when it last reported its progress: they went down with it. */
  wentDown: count,
  /** How many of those that were asked of it have no outcome in the result. */
  unmeasured: z.object({ workspaces: count, connections: count }),
});
export type LostPart = z.infer<typeof lostPart>;

/** Whether the generator caused the loss itself; otherwise the harness did not keep it running. */
export function isGeneratorsOwnLoss({ cause }: Pick<LostPart, "cause">): boolean {
  return OWN_CAUSES.has(cause);
}

/** A lost part as a sentence. */
export function lostPartSentence({ part, of, cause, reason, node, atMs, wentDown }: LostPart): string {
  const where = node === undefined ? "" : ` on ${node}`;
  const held = wentDown === 0 ? "" : `; ${wentDown} connections went down with it`;
  return `part ${part} of ${of} was lost${where} ${Math.round(atMs / 1000)} s into the load (${cause}): ${reason}${held}`;
}

/** Where a worker runs: workers with the same place share a machine, or also its network. */
export const workerPlace = z.object({
  /** Id of the machine's boot, which all workers on a machine share. */
  machine: z.string(),
  /** Id of the network namespace, whose counters of TCP all workers in it share. */
  network: z.string(),
  /** The machine as its cluster names it; set by the runner, which knows it. */
  node: z.string().optional(),
});
export type WorkerPlace = z.infer<typeof workerPlace>;

/** A part's clock, compared with that of the process that gathers the parts. */
export const partClock = z.object({
  /** The part's clock minus the gathering process's, in milliseconds. */
  offsetMs: z.number(),
  uncertaintyMs: z.number().nonnegative(),
  /** By how much the offset changed from the first measurement to the last; absent if it was measured once. */
  driftMs: z.number().optional(),
});

/** A drift larger than this moves a part's figures into other windows. */
const MOST_DRIFT_MS = 1000;

/**
 * Why a part's place on the time axis of the load is doubtful, as a sentence: its clock is known less precisely than
 * a window is long, or it drifts. Undefined if it is not.
 */
export function clockDoubt(
  { part, clock }: Pick<GeneratorPart, "part" | "clock">,
  windowMs: number,
): string | undefined {
  if (clock === undefined) return undefined;
  const { uncertaintyMs, driftMs = 0 } = clock;
  const doubts = [
    uncertaintyMs > windowMs &&
      `is known to ${Math.ceil(uncertaintyMs)} ms only, more than a window of ${windowMs} ms`,
    Math.abs(driftMs) > MOST_DRIFT_MS &&
      `drifted by ${Math.round(driftMs)} ms during the load (at most ${MOST_DRIFT_MS} ms)`,
  ].filter((doubt) => doubt !== false);
  return doubts.length === 0
    ? undefined
    : `clock of part ${part}: it ${doubts.join(" and ")}, so windows may show its figures too early or too late`;
}

/** What one worker of a load in parts was, and used. */
export const generatorPart = z.object({
  /** The first part is 1. */
  part: z.int().positive(),
  place: workerPlace.optional(),
  machine: machine.optional(),
  maxRssMib: z.number(),
  cpuSeconds: z.number(),
  childCpuSeconds: z.number().optional(),
  /** Absent where the part shares the clock of the process that gathers. */
  clock: partClock.optional(),
});
export type GeneratorPart = z.infer<typeof generatorPart>;
