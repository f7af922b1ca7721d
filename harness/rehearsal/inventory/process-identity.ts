import { readFileSync } from "node:fs";

/** A process, told apart from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, from /proc; empty where there is no /proc. */
  readonly startTime: string;
}

/** The identity of a living process; its start time is empty when there is no such process. */
export function identityOf(pid: number): ProcessIdentity {
  return { pid, startTime: startTimeOf(pid) };
}

/** Whether that very process still runs. A zombie does not. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return startTime !== "" && startTimeOf(pid) === startTime;
}

/** Ends that very process and no other: SIGTERM, then SIGKILL when it is still there after `graceMs`. */
export async function endProcess(identity: ProcessIdentity, graceMs = 2_000): Promise<void> {
  const deadline = Date.now() + graceMs;
  let signal: NodeJS.Signals = "SIGTERM";
  while (isAlive(identity)) {
    try {
      process.kill(identity.pid, signal);
    } catch {
      return;
    }
    if (signal === "SIGKILL") return;
    while (isAlive(identity) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    signal = "SIGKILL";
  }
}

function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    return "";
  }
}
