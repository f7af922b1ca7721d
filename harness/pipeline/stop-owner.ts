import type { StageContext } from "./context.ts";
import { endProcess } from "./end-process.ts";
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
  await endProcess(owner, ports.clock, { graceMs: OWNER_STOP_MS, signal });
}
