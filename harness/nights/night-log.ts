import type { Clock } from "../tools/time/clock.ts";
import { messageOf } from "../tools/error.ts";
import { type Verdict, worst } from "../tools/verdict.ts";
import type { Night, NightRun } from "./night.ts";
import { formatSize } from "./sizes.ts";
import type { StepEnd } from "./step-kind.ts";

export interface LogPorts {
  readonly clock: Clock;
  /** Writes the night's file, which remains when the night is killed. */
  readonly write: (night: Night) => Promise<void>;
  readonly report: (line: string) => void;
}

/** The current state of a night, in memory and in its file. */
export class NightLog {
  #night: Night;
  #isWhole = true;
  readonly #ports: LogPorts;

  constructor(night: Night, ports: LogPorts) {
    this.#night = night;
    this.#ports = ports;
  }

  get night(): Night {
    return this.#night;
  }

  /** Writes the file for the first time. Throws if it cannot, so that nothing is started. */
  async open(): Promise<void> {
    await this.#ports.write(this.#night);
  }

  async step(name: string, end: StepEnd): Promise<void> {
    if (end.outcome !== "ok") this.#ports.report(`night: ${name}: ${end.said}`);
    await this.#keep({ steps: [...this.#night.steps, { name, ...end }] });
  }

  async runs(runs: readonly NightRun[]): Promise<void> {
    await this.#keep({ runs: [...runs] });
  }

  /** Ends the night with the heaviest verdict of its steps, its runs and `added`. */
  async close(added: readonly Verdict[]): Promise<Night> {
    const finishedAt = new Date(this.#ports.clock.now()).toISOString();
    const unwritten: readonly Verdict[] = this.#isWhole ? [] : ["harness-error"];
    await this.#keep({ finishedAt, verdict: worst([...listVerdicts(this.#night), ...unwritten, ...added]) });
    return this.#night;
  }

  /** Never throws: a full disk must not prevent the last sweep. */
  async #keep(changes: Partial<Night>): Promise<void> {
    this.#night = { ...this.#night, ...changes };
    await this.#ports.write(this.#night).catch((error: unknown) => {
      this.#isWhole = false;
      this.#ports.report(`night: the file of the night cannot be written: ${messageOf(error)}`);
    });
  }
}

/** The verdicts of steps, runs and damaged files of earlier nights; a second try replaces the first. */
function listVerdicts({ steps, runs, damaged }: Night): readonly Verdict[] {
  const second = new Set(runs.filter(({ secondZone }) => secondZone !== undefined).map(formatSize));
  const counting = runs.filter((run) => run.secondZone !== undefined || !second.has(formatSize(run)));
  return [
    ...damaged.map(() => "harness-error" as const),
    ...steps.flatMap(({ verdict = "pass" }) => verdict),
    ...counting.map(({ verdict = "interrupted" }) => verdict),
  ];
}
