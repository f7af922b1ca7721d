import type { StoredEvent } from "../../model/ports/event.ts";
import { oneLine } from "../../tools/safe-text.ts";
import { formatDuration } from "../../results/format/format.ts";
import { costLines } from "../cost-lines.ts";
import type { ProgressState } from "./state.ts";
import { connectionWords, costWords, progressRate, stackWords, workspaceWords } from "./words.ts";

/** Figures that change all the time are told this often. */
const REPEAT_MS = 5_000;

/** Turns events into lines that are only ever appended, each with the time since the first one. */
export class PlainLines {
  #toldAt = -Infinity;
  #activity = "";

  /** The lines of one event, told after it has entered the state. */
  linesOf(event: StoredEvent, state: ProgressState): readonly string[] {
    const at = Date.parse(event.at);
    const elapsed = formatDuration(Math.max(0, at - (state.startedAt ?? at)));
    return this.#words(event, state, at).map((words) => `[${elapsed.padStart(7)}] ${oneLine(words)}`);
  }

  #words(event: StoredEvent, state: ProgressState, at: number): readonly string[] {
    switch (event.type) {
      case "run.started": {
        const simulated = event.simulated ? " (simulated)" : "";
        return [`run ${event.runId}: ${event.architecture} ${event.size}${simulated} in ${event.folder}`];
      }
      case "stage.started":
        return [`${event.stage}: started`];
      case "stage.finished": {
        const how = event.outcome === "ok" ? "done" : event.outcome;
        // The rest is in the result.
        const why = event.message === undefined ? "" : `: ${event.message.split("\n", 1)[0] ?? ""}`;
        const cost = costWords(state);
        const spent = cost === undefined ? "" : ` (${cost})`;
        return [`${event.stage}: ${how} in ${formatDuration(event.durationMs)}${spent}${why}`];
      }
      case "terraform.planned": {
        const { add, change, remove } = event.summary;
        return [`${event.stack}: ${add} to add, ${change} to change, ${remove} to destroy`];
      }
      case "terraform.progress": {
        const { address, action, state: progress, elapsedSeconds = 0 } = event.progress;
        if (action === "read" || progress === "started" || progress === "progress") return [];
        const how = progress === "complete" ? `${action}d` : `${action} FAILED`;
        return [`${this.#stack(event.stack, state)}: ${address} ${how} after ${elapsedSeconds} s`];
      }
      case "load.progress": {
        const { progress } = event;
        if (progress.activity === this.#activity && !this.#isDue(at)) return [];
        this.#activity = progress.activity;
        this.#toldAt = at;
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
      case "cost.estimated":
        return costLines(event.cost);
      case "cost.progress":
        return [];
      case "drain.progress":
        if (event.remaining > 0 && !this.#isDue(at)) return [];
        this.#toldAt = at;
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

  #isDue(at: number): boolean {
    return at - this.#toldAt >= REPEAT_MS;
  }

  #stack(stack: string, state: ProgressState): string {
    const current = state.stages.findLast((view) => view.finished === undefined);
    const view = current?.stacks.find((each) => each.stack === stack);
    return view === undefined ? stack : stackWords(view, "done");
  }
}
