import { readFileSync } from "node:fs";
import type { LossCause } from "../../model/record/parts.ts";

/** How many processes the kernel of this machine has killed for memory since its boot; 0 if it does not count them. */
export function countMemoryKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** The end of a process without a result. */
export interface ProcessEnd {
  /** The signal that ended it. */
  readonly signal: string | undefined;
  readonly stderr: string;
  /** Processes that the kernel killed for memory while it ran. */
  readonly memoryKills: number;
}

/** Why a process on this machine was lost, as far as its end shows. */
export function findLoss({ signal, stderr, memoryKills }: ProcessEnd): LossCause {
  const isKilledForMemory = signal === "SIGKILL" && memoryKills > 0;
  // V8's own end at the limit of its heap.
  return isKilledForMemory || /heap out of memory|Allocation failed/.test(stderr) ? "memory" : "unknown";
}
