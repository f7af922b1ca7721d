import type { StageContext } from "./context.ts";
import { findOwner } from "./owner.ts";
import { livenessOf } from "./process-identity.ts";

/** How long a run that is to end may take to hand over before it is killed. */
const OWNER_STOP_MS = 60_000;

/** Ends a run that still works: SIGTERM lets it hand over, SIGKILL follows. */
export async function stopOwner({
  folder,
  ports,
  signal,
}: Pick<StageContext, "folder" | "ports" | "signal">): Promise<void> {
  const owner = await findOwner(folder).catch(() => undefined);
  if (owner === undefined || owner.pid === process.pid || livenessOf(owner) !== "alive") return;
  const giveUpAt = ports.clock.now() + OWNER_STOP_MS;
  send(owner.pid, "SIGTERM");
  while (livenessOf(owner) === "alive" && ports.clock.now() < giveUpAt) await ports.clock.sleep(100, signal);
  if (livenessOf(owner) === "alive") send(owner.pid, "SIGKILL");
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal: what was wanted.
  }
}
