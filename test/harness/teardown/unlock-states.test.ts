import { afterEach, beforeEach, expect, test } from "vitest";
import { unlockStates } from "../../../harness/teardown/unlock-states.ts";
import type { RunFolder } from "../../../harness/pipeline/folder/run-folder.ts";
import { FakeWorld } from "../../support/world/fake-world.ts";
import { FakeGcs } from "../inventory/buckets/fake-gcs.ts";

const CREATED = "2026-11-22T19:17:43.560186247Z";
const before = Date.parse(CREATED) + 1;
const lock = Buffer.from(
  JSON.stringify({ Who: "runner@vm", Operation: "OperationTypeApply", Created: CREATED }),
);

let gcs: FakeGcs;
let endpoints: Record<string, string>;
let credentials: NodeJS.ProcessEnv;
beforeEach(async () => {
  gcs = new FakeGcs();
  const { GOOGLE_STORAGE_CUSTOM_ENDPOINT = "", ...others } = await gcs.start();
  endpoints = { GOOGLE_STORAGE_CUSTOM_ENDPOINT };
  credentials = others;
});
afterEach(() => gcs.stop());

/** A run in a cloud at the fake's endpoint, restored in a shell that has none. */
async function restored(stateBucket?: string): Promise<RunFolder> {
  const where = { project: "my-benchmarks", region: "us-central1", zone: "us-central1-a" };
  return new FakeWorld().makeRun(undefined, {
    rehearsal: undefined,
    project: where.project,
    cloud: {
      ...where,
      provider: "google",
      endpoints,
      emulated: false,
      stacks: "0123456789abcdef",
      skippedChecks: [],
      skippedCanary: true,
    },
    ...(stateBucket === undefined ? {} : { stateBucket }),
  });
}

async function unlocked(folder: RunFolder): Promise<readonly string[]> {
  const told: string[] = [];
  const reportLine = (line: string): void => void told.push(line);
  await unlockStates(folder, folder.path.slice(-26), { env: credentials, before, reportLine });
  return told;
}

test("the locks of a lost machine are removed from the states of the run's own plan, and nowhere else", async () => {
  const folder = await restored(`gs://${gcs.bucket}/bench/state`);
  const own = `bench/state/state/${folder.path.slice(-26)}/gke-cloud/default.tflock`;
  const others = "bench/state/state/01kb3v9x2m7q8r5t6w4y1z0abc/gke-cloud/default.tflock";
  for (const key of [own, others]) gcs.objects.set(key, lock);
  expect(await unlocked(folder)).toEqual([expect.stringMatching(/^removed the lock of runner@vm/)]);
  expect([...gcs.objects.keys()]).toEqual([others]);
});

test("a run whose state lies in its own folder has no locks to remove", async () => {
  expect(await unlocked(await restored())).toEqual([]);
  expect(gcs.requests).toEqual([]);
});

test("a bucket that cannot be asked is reported, and prevents no teardown", async () => {
  const folder = await restored(`gs://nobodys/state`);
  expect(await unlocked(folder)).toEqual([
    expect.stringMatching(/^it is not known whether the state is locked: .*gs:\/\/nobodys/),
  ]);
});
