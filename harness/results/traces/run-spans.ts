import type { Measurements, RunRecord } from "../../model/record/record.ts";
import type { Traced } from "../../model/ports/traced.ts";
import type { TracedWorkspace } from "../../model/observation/traces.ts";
import { LOAD_STAGES } from "../../model/record/worker-result.ts";
import { spanIdOf, traceIdOf, workspacePlace } from "../../model/trace-ids.ts";

/** A span before the SDK makes it. */
export interface PlannedSpan {
  readonly id: string;
  /** Absent for the run itself. */
  readonly parentId?: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly isFailed: boolean;
}

type Plan = (
  place: string,
  parent: string,
  span: Omit<PlannedSpan, "id" | "parentId" | "attributes" | "isFailed"> &
    Partial<Pick<PlannedSpan, "attributes" | "isFailed">>,
) => void;

/**
 * The spans of a run: itself, its stages, Terraform's stacks, the load's stages, and each phase of a sample of workspaces.
 * Attributes are names and figures that refbench chose itself: no message, address or name of a user is among them.
 */
export function spansOf({ record, stacks = [], workspaces = [] }: Traced): readonly PlannedSpan[] {
  const traceId = traceIdOf(record.runId);
  const spans = new Map<string, PlannedSpan>();
  const plan: Plan = (place, parent, { attributes = {}, isFailed = false, ...span }) => {
    const parentId = spans.get(parent)?.id;
    const id = spanIdOf(traceId, place);
    spans.set(place, { ...span, id, ...(parentId === undefined ? {} : { parentId }), attributes, isFailed });
  };
  planRun(record, plan);
  for (const { stage, startedAt, finishedAt, outcome } of record.stages)
    plan(stage, "run", {
      name: stage,
      startMs: Date.parse(startedAt),
      endMs: Date.parse(finishedAt),
      attributes: { "refbench.outcome": outcome },
      isFailed: outcome === "failed" || outcome === "interrupted",
    });
  for (const [index, { stack, act, startMs, endMs, ok }] of stacks.entries())
    plan(`stack ${index}`, act === "apply" ? "provision" : "destroy", {
      name: `${act} ${stack}`,
      ...{ startMs, endMs },
      attributes: { "refbench.stack": stack },
      isFailed: !ok,
    });
  planLoad(record.measurements, plan);
  for (const workspace of workspaces) planWorkspace(workspace, plan);
  // A stack that had to wait for another stage's end has no stage of its own: it is a child of the run.
  const root = spans.get("run");
  return [...spans].map(([place, span]) =>
    place === "run" || span.parentId !== undefined || root === undefined
      ? span
      : { ...span, parentId: root.id },
  );
}

function planRun(record: RunRecord, plan: Plan): void {
  const { runId, architecture, size, simulated, coder, verdict, teardown } = record;
  const ends = record.stages.map(({ finishedAt }) => Date.parse(finishedAt));
  plan("run", "", {
    name: `run ${architecture}/${size}`,
    startMs: Date.parse(record.startedAt),
    endMs: Math.max(Date.parse(record.finishedAt ?? record.startedAt), ...ends),
    attributes: {
      "refbench.run": runId,
      "refbench.architecture": architecture,
      "refbench.size": size,
      "refbench.simulated": simulated || coder === "emulated",
      "refbench.coder.version": record.coderVersion ?? record.rehearsedVersion ?? "unknown",
      "refbench.verdict": verdict,
      "refbench.teardown": teardown.state,
    },
    isFailed: verdict !== "pass",
  });
}

/** The load's own stages, from its windows. */
function planLoad(measurements: Measurements | undefined, plan: Plan): void {
  const { startedAtMs, windows = [] } = measurements ?? {};
  if (startedAtMs === undefined) return;
  for (const stage of LOAD_STAGES) {
    const within = windows.filter((window) => window.stage === stage);
    const [first, last] = [within[0], within.at(-1)];
    if (first === undefined || last === undefined) continue;
    plan(`load/${stage}`, "load", {
      name: `load: ${stage}`,
      startMs: startedAtMs + first.startMs,
      endMs: startedAtMs + last.endMs,
      attributes: { "refbench.failures": within.reduce((sum, { failures }) => sum + failures, 0) },
    });
  }
}

function planWorkspace({ index, phases }: TracedWorkspace, plan: Plan): void {
  if (phases.length === 0) return;
  const place = workspacePlace(index);
  plan(place, "load", {
    name: "workspace",
    startMs: Math.min(...phases.map(({ startMs }) => startMs)),
    endMs: Math.max(...phases.map(({ endMs }) => endMs)),
    attributes: { "refbench.workspace.index": index },
    isFailed: phases.some(({ failed }) => failed === true),
  });
  for (const [number, { name, startMs, endMs, failed, clock = "generator" }] of phases.entries())
    plan(`${place}/${number} ${name}`, place, {
      ...{ name, startMs, endMs },
      attributes: { "refbench.clock": clock },
      isFailed: failed === true,
    });
}
