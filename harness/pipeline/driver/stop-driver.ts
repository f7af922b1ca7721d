import type { Clock } from "../../tools/time/clock.ts";
import type { StageContext, WaitingPorts } from "../context/context.ts";
import { endProcess } from "../../tools/process/local-process.ts";
import { findDriver } from "../folder/driver.ts";
import { livenessOf, type ProcessIdentity } from "../../tools/process/process-identity.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";
import type { RunFolder } from "../folder/run-folder.ts";

/** How long a run that is to end may take to hand over before it is killed. */
const OWNER_STOP_MS = 60_000;
/** How long a driver's file that cannot be read is read again. */
const UNKNOWN_MS = 30_000;
const LOOK_MS = 250;

/** Ends a run that still works: SIGTERM lets it hand over, SIGKILL follows. */
export async function stopDriver({
  folder,
  ports,
  signal,
}: Pick<StageContext<WaitingPorts>, "folder" | "ports" | "signal">): Promise<void> {
  const owner = await findOwnerPatiently(folder, ports.clock, signal);
  if (owner === undefined || owner.pid === process.pid || livenessOf(owner) !== "alive") return;
  await endProcess(owner, { clock: ports.clock, graceMs: OWNER_STOP_MS, signal });
}

/** A driver whose file stays unreadable cannot be named, and so not be ended: the teardown goes on beside it. */
async function findOwnerPatiently(
  folder: RunFolder,
  clock: Clock,
  signal: AbortSignal,
): Promise<ProcessIdentity | undefined> {
  const found = await waitUntil(
    () =>
      findDriver(folder).then(
        (owner) => ({ owner }),
        () => undefined,
      ),
    { clock, everyMs: LOOK_MS, forMs: UNKNOWN_MS, signal },
  );
  return found?.owner;
}
