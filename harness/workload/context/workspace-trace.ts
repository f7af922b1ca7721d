import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { TracedPhase, TracedWorkspace } from "../../model/observation/traces.ts";
import { spanIdOf, traceparent, workspacePlace } from "../../model/trace-ids.ts";

/** A workspace that hundreds of connections are held to must not fill a result. */
const MOST_PHASES = 20;

/** Notes when the phases of one sampled workspace began and ended. It makes no spans: a measuring process stays small. */
export class WorkspaceTrace {
  readonly index: number;
  /** Header that its requests carry; undefined where Coder is not to join its own spans. */
  readonly traceparent: string | undefined;
  readonly #phases: TracedPhase[] = [];

  constructor(index: number, { id, propagate }: NonNullable<LoadTask["trace"]>) {
    this.index = index;
    this.traceparent = propagate ? traceparent(id, spanIdOf(id, workspacePlace(index))) : undefined;
  }

  /** Notes a phase between two readings of `performance.now()`. */
  note(name: string, startMs: number, endMs: number, { isFailed = false } = {}): void {
    const epoch = performance.timeOrigin;
    this.#add({ name, startMs: epoch + startMs, endMs: epoch + endMs, ...(isFailed && { failed: true }) });
  }

  /** Notes a phase between two stamps of Coder, if both are there. */
  stamped(name: string, start: string | null | undefined, end: string | null | undefined): void {
    if (start == null || end == null) return;
    const [startMs, endMs] = [Date.parse(start), Date.parse(end)];
    if (Number.isFinite(startMs) && Number.isFinite(endMs))
      this.#add({ name, startMs, endMs, clock: "coder" });
  }

  result(): TracedWorkspace {
    return { index: this.index, phases: [...this.#phases] };
  }

  #add(phase: TracedPhase): void {
    if (this.#phases.length < MOST_PHASES) this.#phases.push(phase);
  }
}

/** The trace of a workspace of a load, if it is in the sample: as many as the task says, spread evenly. */
export function traceOf(
  { trace, workspaces, firstIndex }: LoadTask,
  index: number,
): WorkspaceTrace | undefined {
  if (trace === undefined || trace.sample === 0) return undefined;
  const every = Math.ceil(workspaces / trace.sample);
  return index % every === 0 ? new WorkspaceTrace(firstIndex + index, trace) : undefined;
}
