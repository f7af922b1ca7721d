import { Command } from "commander";
import { systemClock } from "../../tools/time/clock.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { stackOf } from "../../model/stack-of.ts";
import { Journal } from "../../pipeline/folder/journal.ts";
import { readJson } from "../../tools/files/json-file.ts";
import { isLeaseHeld } from "../../pipeline/lease/lease.ts";
import { planSchema } from "../../pipeline/folder/plan.ts";
import { reap, type ReaperPorts } from "../../pipeline/driver/reaper.ts";
import { RunFolder } from "../../pipeline/folder/run-folder.ts";
import { openBucket } from "../../inventory/buckets/open-bucket.ts";
import type { Io } from "../../composition/settings/io.ts";
import { refuseOtherCloud } from "../../composition/refuse-other-cloud.ts";
import { START_AGAIN } from "../../composition/supervised.ts";

/** How long a process that is lost may take to write down why. */
const LAST_WORDS_MS = 5_000;

/** `refbench reaper <folder>`: what the harness starts, detached, to own a run's teardown. Not for typing. */
export function reaperCommand(io: Io): Command {
  return new Command("reaper").argument("<folder>").action(async (path: string) => {
    // It was started to outlive whatever ends the run.
    process.on("SIGINT", () => undefined);
    process.on("SIGHUP", () => undefined);
    const stop = new AbortController();
    process.on("SIGTERM", () =>
      stop.abort(
        new RefbenchError(
          "interrupted",
          "the reaper was ended by SIGTERM; the next refbench command starts another",
        ),
      ),
    );
    const folder = new RunFolder(path);
    const lease = { isHeld: false };
    const onCrash = (error: unknown): void => {
      const exit = (): void => process.exit(lease.isHeld ? START_AGAIN : 1);
      setTimeout(exit, LAST_WORDS_MS);
      io.stderr.write(`refbench: the reaper crashed: ${stackOf(error)}\n`);
      void noteFailure(folder, error).finally(exit);
    };
    // An error event that nobody hears, a promise that nobody awaits: with the run dead, nobody else tears down.
    process.on("uncaughtException", onCrash);
    const plan = await readJson(folder.plan, planSchema);
    // A wrong cloud is refused now, while the run still waits for its reaper.
    if (plan.cloud !== undefined) refuseOtherCloud(folder, plan.cloud, io.env);
    const ports: ReaperPorts = {
      clock: systemClock,
      ...(plan.mirror === undefined ? {} : { bucket: await openBucket(plan.mirror, io.env) }),
      compose: async () => {
        const { composePorts } = await import("../../composition/compose.ts");
        return composePorts(folder, plan, io.env);
      },
    };
    const options = { reporter: { report: () => undefined }, signal: stop.signal };
    try {
      await reap(folder, ports, { ...options, onHeld: () => (lease.isHeld = true) });
      io.exit(0);
    } catch (error) {
      if (!lease.isHeld || stop.signal.aborted || isLeaseHeld(error)) throw error;
      io.stderr.write(`refbench: the reaper failed: ${messageOf(error)}\n`);
      await noteFailure(folder, error);
      io.exit(START_AGAIN);
    } finally {
      process.off("uncaughtException", onCrash);
    }
  });
}

/** Keeps in the journal why this reaper ends and another begins; best effort, as a full disk may be the reason. */
async function noteFailure({ journal }: RunFolder, error: unknown): Promise<void> {
  await new Journal(journal, systemClock)
    .append({ type: "reaper-failed", pid: process.pid, reason: messageOf(error) })
    .catch(() => undefined);
}
