import type { CountedLoad } from "../../workload/parts/part-costs.ts";
import { MEASURED_COSTS } from "../../workload/parts/part-costs.ts";
import { planParts } from "../../workload/parts/plan-parts.ts";

/** The memory that a load is expected to need where it runs. */
export interface ExpectedMemory {
  /** Worker processes. */
  readonly workers: number;
  /** Why there are so many, as a clause. */
  readonly why: string;
  /** MiB of all of them and of the programs that they start. */
  readonly memoryMib: number;
  /** The measured figures that it is made of. */
  readonly basis: string;
}

/** The expected memory of a load at its largest; sockets to apps count like terminals. */
export function expectMemory(task: CountedLoad, isTls: boolean): ExpectedMemory {
  const { parts, why, need } = planParts(task, { isTls });
  const { workerMib, tlsKib, terminalKib, tunnelKib, programMib } = MEASURED_COSTS;
  const each = [
    { count: parts, words: `${workerMib} MiB a worker` },
    {
      count: need.terminals,
      words: isTls ? `${tlsKib} KiB a terminal over TLS` : `${terminalKib} KiB a terminal`,
    },
    { count: need.tunnels, words: `${tunnelKib} KiB an SSH session` },
    { count: need.programs, words: `${programMib} MiB a coder ssh` },
  ].filter(({ count }) => count > 0);
  return {
    ...{ workers: parts, why },
    memoryMib: Math.ceil(parts * workerMib + need.connectionsMib),
    basis: each.map(({ words }) => words).join(", "),
  };
}
