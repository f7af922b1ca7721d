import type { Clock } from "../../tools/time/clock.ts";
import type { StageContext, WaitingPorts } from "../context/context.ts";
import { endProcess } from "../../tools/process/local-process.ts";
import { findDriver } from "../folder/driver.ts";
import { livenessOf, type ProcessIdentity } from "../../tools/process/process-identity.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";
import type { RunFolder } from "../folder/run-folder.ts";

/** How long a run may take to hand over before it is killed. */
const HAND_OVER_MS = 60_000;
/** How long an unreadable driver file is retried. */
const UNKNOWN_MS = 30_000;
const LOOK_MS = 250;

/** Ends a working run: SIGTERM lets it hand over; SIGKILL follows. */
export async function stopDriver({
  folder,
  ports,
  signal,
}: Pick<StageContext<WaitingPorts>, "folder" | "ports" | "signal">): Promise<void> {
  const driver = await findDriverPatiently(folder, ports.clock, signal);
  if (driver === undefined || driver.pid === process.pid || livenessOf(driver) !== "alive") return;
  await endProcess(driver, { clock: ports.clock, graceMs: HAND_OVER_MS, signal });
}

/**
 * Finds the driver, retrying an unreadable file. If it stays unreadable, the teardown continues beside the
 * driver.
 */
async function findDriverPatiently(
  folder: RunFolder,
  clock: Clock,
  signal: AbortSignal,
): Promise<ProcessIdentity | undefined> {
  const found = await waitUntil(
    () =>
      findDriver(folder).then(
        (driver) => ({ driver }),
        () => undefined,
      ),
    { clock, everyMs: LOOK_MS, forMs: UNKNOWN_MS, signal },
  );
  return found?.driver;
}
