import { Command, Option } from "commander";
import { openBucket } from "../../inventory/buckets/open-bucket.ts";
import { systemClock } from "../../model/clock.ts";
import { awaitBucketLease } from "../../pipeline/await-bucket-lease.ts";
import { ensureReaper } from "../../pipeline/ensure-reaper.ts";
import { EventTail } from "../../pipeline/event-log.ts";
import { requestTeardown } from "../../pipeline/request.ts";
import { findMirroredRun, restoreRun } from "../../pipeline/restore.ts";
import { openRunFolder, type RunFolder } from "../../pipeline/run-folder.ts";
import { findFinalRecord } from "../../pipeline/run-record.ts";
import type { Io } from "../io.ts";
import { bucketUrl } from "../run-options.ts";
import { spawnReaper } from "../spawn-reaper.ts";
import { followTeardown } from "./watch.ts";

/** `refbench teardown <run>`: asks the reaper for the whole teardown and shows it. */
export function teardownCommand(io: Io): Command {
  return new Command("teardown")
    .description("tear a run down, whatever state it is in: drain, destroy, sweep, audit")
    .argument("<run>", "id of a run under .refbench/runs, or the path of its folder")
    .addOption(
      new Option(
        "--from <url>",
        "the run's machine is lost: restore its folder from the mirror first (the URL that --mirror had)",
      ).argParser(bucketUrl("--from")),
    )
    .addHelpText(
      "after",
      "\nExit codes: 0 clean, 40 leaked, 41 unverified, 60 left to the reaper before the end.",
    )
    .action(async (run: string, { from }: { readonly from?: string }) => {
      const folder = from === undefined ? await openRunFolder(io.cwd, run) : await restored(io, run, from);
      const offset = await EventTail.end(folder.events);
      const final = await findFinalRecord(folder);
      // What was leaked or could not be verified is gone on with, once a credential is renewed or a hand has helped.
      if (final?.teardown.state !== "clean") {
        await requestTeardown(folder, { through: "audit", only: false, reason: "teardown" });
        await ensureReaper(folder, { clock: systemClock, spawnReaper });
      }
      await followTeardown(io, folder, offset);
    });
}

/** The run's folder, made again on this machine once no other one works on the run. */
async function restored(io: Io, run: string, from: string): Promise<RunFolder> {
  const bucket = await openBucket(from, io.env, "--from");
  const runId = await findMirroredRun(bucket, run);
  await awaitBucketLease(bucket, runId, {
    clock: systemClock,
    tell: (message) => io.stderr.write(`refbench: ${message}\n`),
  });
  const folder = await restoreRun(io.cwd, bucket, runId);
  io.stderr.write(`refbench: restored ${folder.path} from ${bucket.url}\n`);
  return folder;
}
