import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openContext } from "../../../harness/pipeline/context/context.ts";
import { BucketLeaseBook } from "../../../harness/pipeline/mirror/bucket-lease.ts";
import { LeaseBook } from "../../../harness/pipeline/lease/lease.ts";
import { mirrorKeys } from "../../../harness/pipeline/mirror/mirror.ts";
import { mirroredRecordTexts } from "../../../harness/pipeline/mirror/mirrored-records.ts";
import { mirroredState } from "../../../harness/pipeline/mirror/mirrored-state.ts";
import { isMirrored } from "../../../harness/pipeline/mirror/mirrored-files.ts";
import { findKeep } from "../../../harness/pipeline/driver/keep.ts";
import { DriverSight } from "../../../harness/pipeline/folder/driver.ts";
import { findDisagreements } from "../../../harness/pipeline/stages/reconcile.ts";
import { findRequest } from "../../../harness/pipeline/folder/request.ts";
import { RunFolder } from "../../../harness/pipeline/folder/run-folder.ts";
import { findFinalRecord, writePendingRecord } from "../../../harness/pipeline/record/run-record.ts";
import { findSecrets } from "../../../harness/pipeline/folder/secrets.ts";
import { FakeWorld } from "../../../test/support/world/fake-world.ts";
import { MemoryBucket } from "../../../test/support/memory-bucket.ts";
import { jsonLinesNear, jsonNear, textNear } from "../mutations.ts";
import { accepted, type Outcome, type Target, target } from "../target.ts";
import { ranRun } from "./ran-run.ts";

const scratch = mkdtempSync(join(tmpdir(), "refbench-fuzz-run-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const world = new FakeWorld();
const { files } = ranRun();
const { runId } = ranRun().json("plan.json") as { readonly runId: string };

/** Each file that a run writes, damaged in its folder and in its bucket; a new file of the pipeline joins automatically. */
export const runFiles: readonly Target[] = [...files.keys()].flatMap((name) => [
  target({
    name: `folder: ${stable(name)}`,
    isSlow: true,
    inputs: near(name),
    read: (bytes: Uint8Array) => readFolder(name, bytes),
  }),
  ...(isMirrored(name) || name.startsWith("lease/")
    ? [
        target({
          name: `bucket: ${stable(name)}`,
          isSlow: true,
          inputs: near(name),
          read: (bytes: Uint8Array) => readBucket(name, bytes),
        }),
      ]
    : []),
]);

/** Names that a run draws differ from run to run. */
function stable(name: string): string {
  return name.replaceAll(/\d{4}-\d{2}-\d{2}T[\d.]+Z/g, "<time>");
}

function near(name: string) {
  const text = files.get(name)?.toString() ?? "";
  if (name.endsWith(".jsonl")) return jsonLinesNear(ranRun().lines(name));
  try {
    return jsonNear([JSON.parse(text)]);
  } catch {
    return textNear([text]);
  }
}

/** Everything that looks at a run's folder before and in a teardown, with one file of it replaced. */
async function readFolder(name: string, bytes: Uint8Array): Promise<Outcome> {
  const folder = new RunFolder(join(scratch, "run"));
  rmSync(folder.path, { recursive: true, force: true });
  for (const [one, content] of files) {
    mkdirSync(dirname(join(folder.path, one)), { recursive: true });
    writeFileSync(join(folder.path, one), one === name ? bytes : content);
  }
  await findFinalRecord(folder);
  await findRequest(folder);
  await findSecrets(folder);
  await new DriverSight(folder, world.clock).look();
  await new LeaseBook(folder.leases, world.clock).isHeld();
  const context = await openContext(folder, world.ports(), {
    reporter: world.reporter,
    signal: new AbortController().signal,
    checkLease: () => Promise.resolve(),
  });
  await findDisagreements(context);
  await findKeep(folder);
  rmSync(folder.record, { force: true });
  await writePendingRecord(context);
  return accepted();
}

/** The bucket that a teardown on another machine reads, with one object replaced. */
async function readBucket(name: string, bytes: Uint8Array): Promise<Outcome> {
  const bucket = new MemoryBucket();
  for (const [one, content] of files) {
    const put = one === name ? Buffer.from(bytes) : content;
    if (isMirrored(one)) bucket.objects.set(mirrorKeys.file(runId, one), put);
    if (one.startsWith("lease/"))
      bucket.objects.set(mirrorKeys.leases(runId) + one.slice("lease/".length), put);
  }
  await new BucketLeaseBook(bucket, runId, world.clock).current();
  for (const run of await mirroredRecordTexts(bucket))
    await mirroredState(run, { bucket, clock: world.clock });
  return accepted();
}
