import { WriteStream } from "node:tty";
import { createLogUpdate } from "log-update";
import { systemClock } from "../../tools/time/clock.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { Reporter, StoredEvent } from "../../model/ports/event.ts";
import { oneLine, removeControls } from "../../tools/safe-text.ts";
import { costLines } from "../cost-lines.ts";
import type { Io } from "../../composition/settings/io.ts";
import { EventAxis } from "./event-axis.ts";
import { liveView } from "./live-view.ts";
import { PlainLines } from "./plain-lines.ts";
import { advance, initialState } from "./state.ts";

/** A reporter that owns the terminal's last lines until it is closed. */
export interface ProgressReporter extends Reporter {
  /** Writes a separate line, above the live ones. */
  writeLine(line: string): void;
  /** Leaves the last state on the screen; later output appears below it. */
  close(): void;
}

type ProgressStream = Io["stderr"] & { readonly isTTY?: boolean; readonly columns?: number };

/** Shows a run's events on stderr: live lines on a terminal, appended lines elsewhere. */
export function progressReporter(
  io: Pick<Io, "stderr" | "terminal" | "env" | "suggest">,
  clock: Clock = systemClock,
): ProgressReporter {
  const terminal: ProgressStream = io.terminal ?? io.stderr;
  return isLive(terminal, io.env)
    ? terminalReporter(terminal, clock, { suggest: io.suggest, hasColours: hasColours(io.env) })
    : plainReporter(io.stderr, clock);
}

function isLive(stream: ProgressStream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && (env["CI"] ?? "") === "" && env["TERM"] !== "dumb";
}

/** Whether a terminal with these variables shows colours, by Node's own rules: FORCE_COLOR, NO_COLOR, TERM and others. */
function hasColours(env: NodeJS.ProcessEnv): boolean {
  return WriteStream.prototype.getColorDepth(env) > 1;
}

/** Appends a line for each event, with the time since the first. */
export function plainReporter(stream: ProgressStream, clock: Clock): ProgressReporter {
  const lines = new PlainLines();
  const axis = new EventAxis(clock);
  let state = initialState;
  return {
    report: (stored) => {
      const event = axis.place(stored);
      state = advance(state, event);
      for (const line of lines.format(event, state)) stream.write(`${line}\n`);
    },
    writeLine: (line) => stream.write(`${line}\n`),
    close: () => undefined,
  };
}

/** The shortest time between redraws by events, and the time between redraws that keep the durations up to date. */
const REDRAW_MS = 125;
const TICK_MS = 500;
const DEFAULT_COLUMNS = 80;

/** Redraws a few lines in place. The cursor is never hidden, so it cannot stay hidden after a crash. */
export function terminalReporter(
  stream: ProgressStream,
  clock: Clock,
  {
    suggest = (text) => text,
    hasColours = false,
  }: { readonly suggest?: ((text: string) => string) | undefined; readonly hasColours?: boolean } = {},
): ProgressReporter {
  const update = createLogUpdate(stream, { showCursor: true });
  const axis = new EventAxis(clock);
  let state = initialState;
  let drawnAt = -Infinity;
  let closed = false;
  const draw = (): void => {
    drawnAt = clock.elapsed();
    // The last column stays free, because some terminals wrap a line that fills it.
    const width = (stream.columns ?? DEFAULT_COLUMNS) - 1;
    update(liveView(state, axis.now(), { width, hasColours }).join("\n"));
  };
  const above = (line: string): void => {
    update.clear();
    stream.write(`${suggest(removeControls(line))}\n`);
    if (!closed) draw();
  };
  const tick = setInterval(draw, TICK_MS).unref();
  return {
    report: (event) => {
      state = advance(state, axis.place(event));
      const line = findPermanentLine(event);
      if (closed) return;
      if (line !== undefined) above(line);
      else if (clock.elapsed() - drawnAt >= REDRAW_MS) draw();
    },
    writeLine: above,
    close: () => {
      if (closed) return;
      closed = true;
      clearInterval(tick);
      draw();
      update.done();
    },
  };
}

/** The text of an event that must stay on the screen when the view is redrawn. */
function findPermanentLine(event: StoredEvent): string | undefined {
  switch (event.type) {
    case "note":
      return oneLine(event.level === "info" ? event.message : `${event.level}: ${event.message}`);
    case "cost.estimated":
      return costLines(event.cost).join("\n");
    case "teardown.handed-over":
      return `the reaper (pid ${event.reaperPid}) tears down`;
    case "sweep.removed":
      return oneLine(`sweep: removed ${event.kind} ${event.name}`);
    case "stage.finished":
      return event.outcome === "failed"
        ? `${event.stage} failed: ${firstLine(event.message ?? "")}`
        : undefined;
    default:
      return undefined;
  }
}

/** The first line of a message; the result has the others. */
function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? "";
}
