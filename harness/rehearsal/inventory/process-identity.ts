import { processStart } from "../../model/process-start.ts";

/** A process, told apart from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As `processStart` says; empty when there was no such process. */
  readonly startTime: string;
}

/** The identity of a living process; its start time is empty when there is no such process. */
export function identityOf(pid: number): ProcessIdentity {
  return { pid, startTime: processStart(pid) ?? "" };
}

/** Whether that very process still runs. A zombie does not. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return startTime !== "" && processStart(pid) === startTime;
}

/** Ends that very process and no other: SIGTERM, then SIGKILL when it is still there after `graceMs`. */
export async function endProcess(identity: ProcessIdentity, graceMs = 2_000): Promise<void> {
  const deadline = performance.now() + graceMs;
  let signal: NodeJS.Signals = "SIGTERM";
  while (isAlive(identity)) {
    try {
      process.kill(identity.pid, signal);
    } catch {
      return;
    }
    if (signal === "SIGKILL") return;
    while (isAlive(identity) && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    signal = "SIGKILL";
  }
}
