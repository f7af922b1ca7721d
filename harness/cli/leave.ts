import { openBucket } from "../inventory/buckets/open-bucket.ts";
import { messageOf } from "../tools/error.ts";
import { EXIT_CODES } from "../tools/verdict.ts";
import { BucketLeaseBook } from "../pipeline/mirror/bucket-lease.ts";
import { systemClock } from "../tools/time/clock.ts";
import { readJson } from "../tools/files/json-file.ts";
import { planSchema } from "../pipeline/folder/plan.ts";
import { isOfThisBoot } from "../tools/process/process-identity.ts";
import type { RunFolder } from "../pipeline/folder/run-folder.ts";
import { decideLeaving, machineVanishes } from "../pipeline/lease/vanishing-machine.ts";
import type { Io } from "../composition/settings/io.ts";

/** Says who goes on with a run that its user leaves, and returns the exit code that this deserves. */
export async function leave(folder: RunFolder, io: Io): Promise<number> {
  const { runId, mirror } = await readJson(folder.plan, planSchema);
  if (mirror === undefined || !machineVanishes(io.env)) {
    io.stderr.write(`refbench: the reaper goes on; follow it with "refbench watch ${folder.path}"\n`);
    return EXIT_CODES["handed-over"];
  }
  const next = `refbench teardown ${runId} --from ${mirror}`;
  try {
    const book = new BucketLeaseBook(await openBucket(mirror, io.env), runId, systemClock);
    const said = decideLeaving({
      vanishes: true,
      lease: await book.current(),
      isOfThisMachine: isOfThisBoot,
      nowMs: systemClock.now(),
    });
    if (said.may) {
      io.stderr.write(`refbench: ${said.who} goes on; anywhere else: "${next}"\n`);
      return EXIT_CODES["handed-over"];
    }
    io.stderr.write(`refbench: nobody is known to go on: ${said.reason}; run "${next}"\n`);
  } catch (error) {
    io.stderr.write(`refbench: nobody is known to go on: ${messageOf(error)}; run "${next}"\n`);
  }
  return EXIT_CODES.unverified;
}
