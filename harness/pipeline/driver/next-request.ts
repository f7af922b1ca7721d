import { access } from "node:fs/promises";
import { RefbenchError } from "../../tools/error.ts";
import { isMissing } from "../../tools/files/local-files.ts";
import type { StageContext, WaitingPorts } from "../context/context.ts";
import { CostGuard } from "../cost/cost-guard.ts";
import { noteCeiling } from "../cost/cost-meter.ts";
import { ClockSight } from "../context/clock-sight.ts";
import { findKeep, isKeepOver } from "./keep.ts";
import { DriverSight } from "../folder/driver.ts";
import { findRequest, type TeardownRequest } from "../folder/request.ts";
import type { RunFolder } from "../folder/run-folder.ts";
import type { RunLease } from "./run-lease.ts";
import { hasExpired } from "../context/expiry.ts";
import { stopDriver } from "./stop-driver.ts";

/** How often the reaper checks whether it must act. */
const LOOK_MS = 250;

/** Waits until there is a reason to tear down, and returns it. */
export async function nextRequest(
  context: StageContext<WaitingPorts>,
  lease: RunLease,
): Promise<TeardownRequest> {
  const { folder, ports, plan, signal, journal } = context;
  const guard = new CostGuard(context);
  const sight = new DriverSight(folder, ports.clock);
  const clock = new ClockSight(context);
  for (;;) {
    signal.throwIfAborted();
    await requireFolder(folder);
    const driver = await sight.look();
    await clock.look({ reports: driver !== "alive" });
    if (driver === "unknown") {
      // The driver may live: it must not lose its environment, and must not be recorded as dead.
      await ports.clock.sleep(LOOK_MS, signal);
      continue;
    }
    // eslint-disable-next-line no-restricted-syntax -- the next round reads it again, and the expiry below still holds.
    const request = await findRequest(folder).catch(() => undefined);
    if (request !== undefined) {
      if (driver === "alive" && request.reason === "teardown") await stopDriver(context);
      if (driver === "dead" && !(await wasHandedOver(context))) await noteDeath(context);
      return request;
    }
    const keep = await findKeep(folder);
    if (keep !== undefined) {
      if (isKeepOver(keep, ports.clock))
        return { through: "audit", only: false, reason: "its keep window is over" };
    } else if (driver === "dead") {
      await noteDeath(context);
      return { through: "audit", only: false, reason: "the run's process died" };
    }
    const tooDear = await guard.look({ atWork: keep === undefined && driver !== "none" });
    if (tooDear !== undefined) {
      await noteTooDear(context, keep, tooDear);
      if (keep === undefined && driver === "alive") await stopDriver(context);
      return { through: "audit", only: false, reason: "the cost ceiling is reached" };
    }
    const doubt = keep === undefined && driver === "alive" ? lease.doubt() : undefined;
    if (doubt !== undefined) {
      await journal.append({ type: "finding", verdict: "infrastructure", reason: doubt });
      await stopDriver(context);
      return { through: "audit", only: false, reason: "the lease ran out" };
    }
    if (keep === undefined && hasExpired(plan, ports.clock)) {
      await journal.append({
        type: "finding",
        verdict: "interrupted",
        reason: "the run outlived its expiry",
      });
      if (driver === "alive") await stopDriver(context);
      return { through: "audit", only: false, reason: "expired" };
    }
    await ports.clock.sleep(LOOK_MS, signal);
  }
}

/** Records that the budget ended the run, or the keep window of a run that failed earlier. */
async function noteTooDear(
  context: StageContext<WaitingPorts>,
  keep: Awaited<ReturnType<typeof findKeep>>,
  reached: string,
): Promise<void> {
  const { ports, journal, report } = context;
  if (keep === undefined) await noteCeiling(context, reached);
  else {
    const reason = `${keep.reason}; its keep window ended early: ${reached}`;
    await journal.append({ type: "kept", untilMs: ports.clock.now(), reason });
  }
  report({ type: "note", level: "warning", message: `the cost ceiling is reached: ${reached}` });
}

/**
 * Throws when the folder was moved: it is torn down from its new place, and waiting here would only hold its
 * lease.
 */
async function requireFolder(folder: RunFolder): Promise<void> {
  await access(folder.path).catch((error: unknown) => {
    if (!isMissing(error)) return;
    throw new RefbenchError(
      "lease_held",
      `${folder.path} no longer exists: if it was moved, run "refbench teardown <new path>"`,
    );
  });
}

/** Whether the run's process ended properly: it handed over, or it kept a failed environment. */
async function wasHandedOver({ folder, journal }: StageContext<WaitingPorts>): Promise<boolean> {
  const { entries } = await journal.read();
  return entries.some(({ type }) => type === "hand-over") || (await findKeep(folder)) !== undefined;
}

async function noteDeath({ journal }: StageContext<WaitingPorts>): Promise<void> {
  await journal.append({
    type: "finding",
    verdict: "interrupted",
    reason: "the run's process died before it handed over",
  });
}
