import type { Clock } from "../tools/time/clock.ts";
import { messageOf } from "../tools/error.ts";
import { type Verdict, worst } from "../tools/verdict.ts";
import type { Night, NightRun } from "./night.ts";
import { nameOf } from "./sizes.ts";
import type { StepEnd } from "./step-kind.ts";

export interface LogPorts {
  readonly clock: Clock;
  /** Writes the night's file, so that a night that is killed tells of itself. */
  readonly write: (night: Night) => Promise<void>;
  readonly tell: (line: string) => void;
}

/** A night as far as it went, in memory and in its file. */
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

  /** Writes it for the first time: where not even this can be written, nothing is begun. */
  async open(): Promise<void> {
    await this.#ports.write(this.#night);
  }

  async step(name: string, end: StepEnd): Promise<void> {
    if (end.outcome !== "ok") this.#ports.tell(`night: ${name}: ${end.said}`);
    await this.#keep({ steps: [...this.#night.steps, { name, ...end }] });
  }

  async runs(runs: readonly NightRun[]): Promise<void> {
    await this.#keep({ runs: [...runs] });
  }

  /** Ends it with the heaviest of everything, and of what is added. */
  async close(added: readonly Verdict[]): Promise<Night> {
    const finishedAt = new Date(this.#ports.clock.now()).toISOString();
    const unwritten: readonly Verdict[] = this.#isWhole ? [] : ["harness-error"];
    await this.#keep({ finishedAt, verdict: worst([...verdictsOf(this.#night), ...unwritten, ...added]) });
    return this.#night;
  }

  /** A full disk must not keep a night from its last sweep. */
  async #keep(changes: Partial<Night>): Promise<void> {
    this.#night = { ...this.#night, ...changes };
    await this.#ports.write(this.#night).catch((error: unknown) => {
      this.#isWhole = false;
      this.#ports.tell(`night: its file cannot be written: ${messageOf(error)}`);
    });
  }
}

/** Of its steps and of its runs, a second try in place of the first, and of the files that earlier nights left. */
function verdictsOf({ steps, runs, damaged }: Night): readonly Verdict[] {
  const second = new Set(runs.filter(({ secondZone }) => secondZone !== undefined).map(nameOf));
  const counting = runs.filter((run) => run.secondZone !== undefined || !second.has(nameOf(run)));
  return [
    ...damaged.map(() => "harness-error" as const),
    ...steps.flatMap(({ verdict = "pass" }) => verdict),
    ...counting.map(({ verdict = "interrupted" }) => verdict),
  ];
}
