import { messageOf, RefbenchError } from "../../tools/error.ts";
import { isGeneratorsOwnLoss, lostPartSentence } from "../../model/record/parts.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { LimitOptions, LimitStep, LimitKind } from "./limit.ts";

const ARRIVAL_SECONDS = 60;

type Planned = Pick<LimitStep, "load" | "purpose"> & { readonly index: number };

/** Runs the load once and judges it; undefined if it was stopped before its end. */
export async function tryLoad(
  kind: LimitKind,
  options: LimitOptions,
  { load, purpose, index }: Planned,
): Promise<LimitStep | undefined> {
  const { runner, clock, signal, judge, onEvent = () => undefined } = options;
  const startMs = clock.elapsed();
  const step = { load, purpose };
  try {
    const task = buildStepTask(kind, options, load, index);
    const result = await runner.load(task, { signal, onEvent });
    if (result.stopped || signal.aborted) return undefined;
    const lost = result.lostParts?.find((one) => !isGeneratorsOwnLoss(one));
    if (lost !== undefined) throw new RefbenchError("worker", lostPartSentence(lost));
    const { peakRunning, capacity } = result.builds;
    const builds = { peakRunning, capacity };
    return { ...step, ...judgeResult(result, judge), builds, tookMs: clock.elapsed() - startMs };
  } catch (error) {
    if (signal.aborted) return undefined;
    // The load was refused before it created anything. If it is the first one, the error ends the search.
    if (error instanceof RefbenchError && error.code === "generator" && index > 0)
      return {
        ...{ ...step, outcome: "generator-limited", reasons: [messageOf(error)] },
        tookMs: clock.elapsed() - startMs,
      };
    // In the first step the error means that Coder cannot be used at all. Later, a Coder that breaks down has
    // met its limit.
    if (!(error instanceof RefbenchError) || error.code !== "coder" || index === 0) throw error;
    const reasons = [`the load ended without a result: ${messageOf(error)}`];
    return { ...step, outcome: "broken", reasons, tookMs: clock.elapsed() - startMs };
  }
}

/** If the generator could not keep up, the figures say nothing about Coder. */
function judgeResult(
  result: LoadResult,
  judge: LimitOptions["judge"],
): Pick<LimitStep, "outcome" | "reasons"> {
  const { limited, reasons } = result.generator;
  if (limited) return { outcome: "generator-limited", reasons };
  const broken = [...(result.aborted === undefined ? [] : [result.aborted]), ...judge(result)];
  return { outcome: broken.length === 0 ? "within" : "broken", reasons: broken };
}

/** The task with this many connections, each as busy as before. */
export function withConnections(task: LoadTask, total: number): LoadTask {
  const { commandsPerSecond, total: before } = task.connections;
  const scale = before === 0 ? 1 : total / before;
  return {
    ...task,
    connections: { ...task.connections, total, commandsPerSecond: commandsPerSecond * scale },
  };
}

/**
 * The task at one load. Names differ from step to step, so that remains of one step do not disturb the next.
 */
function buildStepTask(
  kind: LimitKind,
  { task, arrivalSeconds = ARRIVAL_SECONDS }: LimitOptions,
  load: number,
  index: number,
): LoadTask {
  const prefix = `${task.prefix}-l${index}`;
  if (kind === "connections") return { ...withConnections(task, load), prefix };
  if (task.existing !== undefined)
    throw new RefbenchError(
      "usage",
      "the limit of the arrival rate cannot be searched with existing workspaces: let the load create its own",
    );
  const workspaces = Math.max(1, Math.ceil(load * arrivalSeconds));
  const perUser = Math.max(1, task.workspaces / task.users);
  const users = Math.max(1, Math.ceil(workspaces / perUser));
  return { ...task, prefix, workspaces, users, arrival: [{ perSecond: load, seconds: arrivalSeconds }] };
}
