import { messageOf } from "../tools/error.ts";
import type { RunNightCommand } from "./child-command.ts";
import type { Signals } from "./measure-size.ts";
import type { NightLog } from "./night-log.ts";
import type { NightTime } from "./night-time.ts";
import { failStep, type StepEnd, judgeStep, type StepKind } from "./step-kind.ts";

interface StepPorts {
  readonly command: RunNightCommand;
  readonly report: (line: string) => void;
}

/** Runs the steps around the runs of one night, and logs how each ended. */
export class NightSteps {
  readonly #log: NightLog;
  readonly #time: NightTime;
  readonly #ports: StepPorts;
  readonly #signals: Signals;

  constructor(log: NightLog, time: NightTime, ports: StepPorts, signals: Signals) {
    this.#log = log;
    this.#time = time;
    this.#ports = ports;
    this.#signals = signals;
  }

  /** Runs one step to its end; never throws. */
  async run(kind: StepKind, name: string, args: readonly string[]): Promise<StepEnd> {
    const end = await this.#end(kind, name, args);
    await this.#log.step(name, end);
    return end;
  }

  async #end(kind: StepKind, name: string, args: readonly string[]): Promise<StepEnd> {
    const { report, command } = this.#ports;
    // A signal that came between two steps does not fire again for the next one.
    if (this.#signals.leave.aborted) return failStep(kind, ["not begun: the night was left"]);
    const limits = this.#time.limitsFor(kind);
    if (limits === undefined) return failStep(kind, ["not begun: the night's time is over"]);
    report(`night: ${name}`);
    try {
      return judgeStep(kind, await command({ args, ...limits }, this.#signals));
    } catch (error) {
      return failStep(kind, [messageOf(error)]);
    }
  }
}
