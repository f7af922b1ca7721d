import type { Clock } from "../../tools/time/clock.ts";
import { clockStepWords } from "../../model/record/clock-step-words.ts";
import { messageOf } from "../../tools/error.ts";
import { type Moment, momentNow } from "../../tools/time/moment.ts";
import type { StageContext, WaitingPorts } from "./context.ts";
import { lookEvery } from "../../tools/time/look-every.ts";
import { stepBetween } from "../folder/timeline.ts";

/** How often a working run checks whether the wall clock was set. */
const LOOK_MS = 1_000;

/**
 * Detects that the wall clock was set and records it in the journal at once, so that the line's time is
 * close.
 */
export class ClockSight {
  readonly #clock: Clock;
  readonly #context: Pick<StageContext, "journal" | "report" | "log">;
  #seen: Moment;

  constructor({ ports, ...context }: StageContext<WaitingPorts>) {
    this.#clock = ports.clock;
    this.#context = context;
    this.#seen = momentNow(this.#clock);
  }

  /** Checks once. With `reports`, also reports a step: for use where nothing else of the run reports it. */
  async look({ reports }: { readonly reports: boolean }): Promise<void> {
    const { journal, report, log } = this.#context;
    const now = momentNow(this.#clock);
    const byMs = stepBetween(this.#seen, now);
    this.#seen = now;
    if (byMs === 0) return;
    await journal.append({ type: "clock-step", byMs }).catch((error: unknown) => log(messageOf(error)));
    if (reports) report({ type: "note", level: "warning", message: clockStepWords(byMs) });
  }
}

/** Watches the wall clock while a run's stages work, until it is disposed of. */
export function watchClock(context: StageContext): AsyncDisposable {
  const sight = new ClockSight(context);
  return lookEvery(
    LOOK_MS,
    () => sight.look({ reports: true }),
    (error) => context.log(messageOf(error)),
  );
}
