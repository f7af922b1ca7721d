import type { Clock } from "../model/clock.ts";
import { livenessOf, type ProcessIdentity } from "./process-identity.ts";

const LOOK_MS = 100;
/** How long the system may take to end a killed process, such as one that waits for a disk. */
const KILLED_MS = 10_000;

/**
 * Ends a process of this machine and waits until it is gone: SIGTERM and `graceMs` to end by itself, if any, then SIGKILL.
 * Returns whether it is gone.
 */
export async function endProcess(
  identity: ProcessIdentity,
  clock: Clock,
  { graceMs = 0, signal }: { readonly graceMs?: number; readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  if (graceMs > 0) {
    send(identity.pid, "SIGTERM");
    if (await isGoneWithin(graceMs)) return true;
  }
  if (livenessOf(identity) === "alive") send(identity.pid, "SIGKILL");
  return isGoneWithin(KILLED_MS);

  async function isGoneWithin(ms: number): Promise<boolean> {
    const giveUpAt = clock.elapsed() + ms;
    while (livenessOf(identity) !== "dead") {
      if (clock.elapsed() >= giveUpAt) return false;
      await clock.sleep(LOOK_MS, signal);
    }
    return true;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal: what was wanted.
  }
}
