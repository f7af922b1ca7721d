import { getArchitecture, resolveSize } from "../../reference-architectures/catalogue.ts";
import { phasesOf } from "../../reference-architectures/cost/phases.ts";
import { formatDuration } from "../results/format/format.ts";
import type { SizeName } from "./sizes.ts";

/** The position of each run in its night, and about how long the runs still take. */
export class NightProgress {
  readonly #sizes: readonly SizeName[];
  #begun = 0;
  #measuredMs = 0;
  /** Hours that the measured runs were expected to take. */
  #expected = 0;

  constructor(sizes: readonly SizeName[]) {
    this.#sizes = sizes;
  }

  /** `run 2 of 5, about 1h 10m left`; without a time before the first run has ended. */
  begin(): string {
    const remaining = this.#sizes.slice(this.#begun);
    this.#begun += 1;
    const position = `run ${this.#begun} of ${this.#sizes.length}`;
    if (this.#expected === 0) return position;
    const factor = this.#measuredMs / this.#expected;
    const left = remaining.reduce((sum, size) => sum + expectedHours(size), 0) * factor;
    return `${position}, about ${formatDuration(left)} left`;
  }

  /** Takes how long a run took, in milliseconds. The others take as much longer or shorter than expected. */
  end(size: SizeName, tookMs: number): void {
    this.#measuredMs += tookMs;
    this.#expected += expectedHours(size);
  }
}

function expectedHours({ architecture, size }: SizeName): number {
  const { figures } = resolveSize(architecture, size);
  const { provision, load, teardown } = phasesOf(getArchitecture(architecture), figures);
  return provision + load + teardown;
}
