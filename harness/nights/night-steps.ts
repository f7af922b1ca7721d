import { messageOf } from "../tools/error.ts";
import type { RunNightCommand } from "./child-command.ts";
import type { Signals } from "./measure-size.ts";
import type { NightLog } from "./night-log.ts";
import type { NightTime } from "./night-time.ts";
import { failed, type StepEnd, stepEnd, type StepKind } from "./step-kind.ts";

interface StepPorts {
  readonly command: RunNightCommand;
  readonly tell: (line: string) => void;
}

/** The steps around the runs of one night, each noted with how it ended. */
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
    const { tell, command } = this.#ports;
    // A signal that came between two steps is no event any more for the next one.
    if (this.#signals.leave.aborted) return failed(kind, ["not begun: the night was left"]);
    const limits = this.#time.limitsOf(kind);
    if (limits === undefined) return failed(kind, ["not begun: the night's time is over"]);
    tell(`night: ${name}`);
    try {
      return stepEnd(kind, await command({ args, ...limits }, this.#signals));
    } catch (error) {
      return failed(kind, [messageOf(error)]);
    }
  }
}
