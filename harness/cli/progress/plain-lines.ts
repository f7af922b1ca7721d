import type { RunEvent, StoredEvent } from "../../model/ports/event.ts";
import type { LoadProgress } from "../../model/record/worker-result.ts";
import { oneLine } from "../../tools/safe-text.ts";
import { formatDuration } from "../../results/format/format.ts";
import { costLines } from "../cost-lines.ts";
import type { ProgressState } from "./state.ts";
import { connectionWords, costWords, progressRate, stackWords, workspaceWords } from "./words.ts";

type EventOf<Type extends RunEvent["type"]> = Extract<RunEvent, { readonly type: Type }>;

/** Figures that change permanently are reported this often. */
const REPEAT_MS = 5_000;

/** Turns events into lines that are only appended, each with the time since the first event. */
export class PlainLines {
  #reportedAt = -Infinity;
  #activity = "";

  /** The lines of one event, which the state must contain already. */
  format(event: StoredEvent, state: ProgressState): readonly string[] {
    const at = Date.parse(event.at);
    const elapsed = formatDuration(Math.max(0, at - (state.startedAt ?? at)));
    return this.#describe(event, state, at).map((words) => `[${elapsed.padStart(7)}] ${oneLine(words)}`);
  }

  #describe(event: StoredEvent, state: ProgressState, at: number): readonly string[] {
    switch (event.type) {
      case "run.started": {
        const simulated = event.simulated ? " (simulated)" : "";
        return [`run ${event.runId}: ${event.architecture} ${event.size}${simulated} in ${event.folder}`];
      }
      case "stage.started":
        return [`${event.stage}: started`];
      case "stage.finished":
        return [describeEnd(event, state)];
      case "terraform.planned": {
        const { add, change, remove } = event.summary;
        return [`${event.stack}: ${add} to add, ${change} to change, ${remove} to destroy`];
      }
      case "terraform.progress":
        return describeChange(event, state);
      case "load.progress":
        return this.#describeLoad(event.progress, state, at);
      case "cost.estimated":
        return costLines(event.cost);
      case "cost.progress":
        return [];
      case "drain.progress":
        if (event.remaining > 0 && !this.#isDue(at)) return [];
        this.#reportedAt = at;
        return [`drain: ${event.deleted} deleted, ${event.remaining} remaining`];
      case "note":
        return [event.level === "info" ? event.message : `${event.level}: ${event.message}`];
      case "teardown.handed-over":
        return [`teardown handed over to the reaper (pid ${event.reaperPid})`];
      case "sweep.removed":
        return [`sweep: removed ${event.kind} ${event.name}`];
      case "audit.finished":
        return [`audit: ${event.verdict}, ${event.left} left (asked: ${event.scope})`];
      case "run.finished":
        return [`finished: ${event.verdict} (exit code ${event.exitCode})`];
    }
  }

  /** One line when the activity changes, and at most one each `REPEAT_MS` otherwise. */
  #describeLoad(progress: LoadProgress, state: ProgressState, at: number): readonly string[] {
    if (progress.activity === this.#activity && !this.#isDue(at)) return [];
    this.#activity = progress.activity;
    this.#reportedAt = at;
    const words = [
      progress.activity,
      `users ${progress.users}`,
      workspaceWords(progress),
      connectionWords(progress),
      progressRate(progress),
      costWords(state),
    ];
    return [`load: ${words.filter((each) => each !== undefined).join("; ")}`];
  }

  #isDue(at: number): boolean {
    return at - this.#reportedAt >= REPEAT_MS;
  }
}

function describeEnd(event: EventOf<"stage.finished">, state: ProgressState): string {
  const how = event.outcome === "ok" ? "done" : event.outcome;
  // The result has the other lines.
  const why = event.message === undefined ? "" : `: ${event.message.split("\n", 1)[0] ?? ""}`;
  const cost = costWords(state);
  const spent = cost === undefined ? "" : ` (${cost})`;
  return `${event.stage}: ${how} in ${formatDuration(event.durationMs)}${spent}${why}`;
}

/** The end of one resource's change; nothing before that. */
function describeChange(event: EventOf<"terraform.progress">, state: ProgressState): readonly string[] {
  const { address, action, state: progress, elapsedSeconds = 0 } = event.progress;
  if (action === "read" || progress === "started" || progress === "progress") return [];
  const how = progress === "complete" ? `${action}d` : `${action} FAILED`;
  const current = state.stages.findLast((view) => view.finished === undefined);
  const view = current?.stacks.find((each) => each.stack === event.stack);
  const stack = view === undefined ? event.stack : stackWords(view, "done");
  return [`${stack}: ${address} ${how} after ${elapsedSeconds} s`];
}
