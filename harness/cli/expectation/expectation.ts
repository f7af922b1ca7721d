import { formatDuration } from "../../results/format/format.ts";
import { countOf, formatCount } from "../../tools/count-text.ts";
import type { ExpectedMemory } from "./expected-memory.ts";
import type { ExpectedTime } from "./expected-time.ts";

/** The expectation of a dry run, as written with `--output json`. */
export interface Expectation {
  readonly time: ExpectedTime;
  readonly generator: ExpectedMemory;
}

/** `about 58m 35s: provision 22m 00s, …; each phase at its slow end`. */
export function describeTime({ phases, totalSeconds, assumptions }: ExpectedTime): string {
  const each = phases.map(({ phase, seconds }) => `${phase} ${formatDuration(seconds * 1000)}`);
  const after = each.length === 0 ? "" : `: ${each.join(", ")}`;
  return [`about ${formatDuration(totalSeconds * 1000)}${after}`, ...assumptions].join("; ");
}

/** `about 4,945 MiB for 2 workers (why there are two); as measured: 129 MiB a worker, …`. */
export function describeMemory({ workers, why, memoryMib, basis }: ExpectedMemory): string {
  const processes = countOf(workers, "worker");
  return `about ${formatCount(memoryMib)} MiB for ${processes} (${why}); as measured: ${basis}`;
}
