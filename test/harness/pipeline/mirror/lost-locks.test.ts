import { expect, test } from "vitest";
import { removeLostLocks } from "../../../../harness/pipeline/mirror/lost-locks.ts";
import { MemoryBucket } from "../../../support/memory-bucket.ts";

const RUN = "01kb3v9x2m7q8r5t6w4y1z0abc";
const OTHER = "01kb3v9x2m7q8r5t6w4y1z0abd";
const CREATED = "2026-11-22T19:17:43.560186247Z";

/** What Terraform 1.11 wrote beside a state in S3, and writes beside one in Cloud Storage. */
const lock = Buffer.from(
  `{"ID":"87102c2c-ff49-af38-e8c1-b57f8707103b","Operation":"OperationTypeApply","Info":"","Who":"runner@vm","Version":"1.11.4","Created":"${CREATED}","Path":"b/state/r/gke-cloud/terraform.tfstate"}`,
);
const S3 = `state/${RUN}/eks-cloud/terraform.tfstate.tflock`;
const GCS = `state/${RUN}/gke-cloud/default.tflock`;

async function after(objects: Readonly<Record<string, Buffer>>, before = Date.parse(CREATED) + 1) {
  const bucket = new MemoryBucket();
  for (const [key, bytes] of Object.entries(objects)) bucket.objects.set(key, bytes);
  const told: string[] = [];
  await removeLostLocks(bucket, RUN, { before, reportLine: (line) => void told.push(line) });
  return { left: [...bucket.objects.keys()], told };
}

test("the locks of a lost machine's terraform on a run's states are removed in either cloud, and that is reported", async () => {
  const state = `state/${RUN}/gke-cloud/default.tfstate`;
  const others = `state/${OTHER}/gke-cloud/default.tflock`;
  const { left, told } = await after({ [S3]: lock, [GCS]: lock, [state]: lock, [others]: lock });
  expect(left).toEqual([state, others]);
  expect(told).toHaveLength(2);
  expect(told[0]).toMatch(/^removed the lock of runner@vm on the state \(OperationTypeApply\): state\//);
});

test.each<[string, Buffer, number]>([
  ["younger than the moment at which nobody worked on the run", lock, Date.parse(CREATED) - 1],
  ["nobody can read", Buffer.from('{"Who":'), Infinity],
  ["of no known time", Buffer.from('{"Who":"x","Operation":"y","Created":"soon"}'), Infinity],
])("a lock that is %s remains, and is reported", async (_, bytes, before) => {
  const { left, told } = await after({ [S3]: bytes }, before);
  expect(left).toEqual([S3]);
  expect(told[0]).toMatch(/another process's lock on the state/);
});
