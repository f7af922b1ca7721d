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

/** Reports who continues a run that its user leaves, and returns the exit code. */
export async function reportLeaving(folder: RunFolder, io: Io): Promise<number> {
  const { runId, mirror } = await readJson(folder.plan, planSchema);
  if (mirror === undefined || !machineVanishes(io.env)) {
    io.stderr.write(`refbench: the reaper continues; follow it with "refbench watch ${folder.path}"\n`);
    return EXIT_CODES["handed-over"];
  }
  const next = `refbench teardown ${runId} --from ${mirror}`;
  try {
    const book = new BucketLeaseBook(await openBucket(mirror, io.env), runId, systemClock);
    const decision = decideLeaving({
      vanishes: true,
      lease: await book.current(),
      isOfThisMachine: isOfThisBoot,
      nowMs: systemClock.now(),
    });
    if (decision.may) {
      io.stderr.write(`refbench: ${decision.who} continues; on another machine: "${next}"\n`);
      return EXIT_CODES["handed-over"];
    }
    io.stderr.write(`refbench: no process is known to continue: ${decision.reason}; run "${next}"\n`);
  } catch (error) {
    io.stderr.write(`refbench: no process is known to continue: ${messageOf(error)}; run "${next}"\n`);
  }
  return EXIT_CODES.unverified;
}
