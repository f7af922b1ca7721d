import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openBucket } from "../../../../harness/inventory/buckets/open-bucket.ts";
import { gcsBucket } from "../../../../harness/inventory/buckets/gcs.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { FakeGcs } from "./fake-gcs.ts";
import { lawsOfABucket } from "./laws.ts";

describe("a bucket of Cloud Storage", () => {
  let gcs: FakeGcs;
  let env: NodeJS.ProcessEnv;
  const open = (bucket = gcs.bucket) => gcsBucket({ bucket, prefix: "bench", env, clock: fakeClock() });

  beforeEach(async () => {
    gcs = new FakeGcs();
    env = await gcs.start();
  });
  afterEach(() => gcs.stop());

  lawsOfABucket(() => openBucket(`gs://${gcs.bucket}/bench`, env));

  test("keeps everything below its prefix", async () => {
    await open().put("runs/a/files/plan.json", Buffer.from("{}"));
    expect([...gcs.objects.keys()]).toEqual(["bench/runs/a/files/plan.json"]);
  });

  test("is listed through all its pages", async () => {
    gcs.pageSize = 2;
    for (const index of [1, 2, 3, 4, 5]) await open().put(`runs/a/journal/${index}`, Buffer.from(""));
    expect(await open().list("runs/a/journal/")).toHaveLength(5);
  });

  test("that is busy is retried", async () => {
    gcs.mishaps.push({ status: 503, done: false }, { status: 429, done: false });
    await open().put("runs/a/x", Buffer.from("x"));
    expect(gcs.objects.size).toBe(1);
  });

  test("whose answer to a first put was lost knows its own object again", async () => {
    gcs.mishaps.push({ status: 503, done: true });
    expect(await open().putIfAbsent("runs/a/lease/1", Buffer.from("mine"))).toBe(true);
    gcs.mishaps.push({ status: 503, done: true });
    expect(await open().putIfAbsent("runs/a/lease/1", Buffer.from("another's"))).toBe(false);
  });

  test("that stays down is infrastructure, after a bounded number of tries", async () => {
    for (let times = 0; times < 20; times += 1) gcs.mishaps.push({ status: 500, done: false });
    await expect(open().get("runs/a/x")).rejects.toMatchObject({ code: "infrastructure" });
    expect(gcs.requests).toHaveLength(4);
  });

  test("that does not exist is never taken for an empty one, and the error says how to make it", async () => {
    for (const asked of [
      () => open("nobodys").get("x"),
      () => open("nobodys").list(""),
      () => open("nobodys").put("x", Buffer.from("")),
    ])
      await expect(asked()).rejects.toMatchObject({
        code: "infrastructure",
        message: expect.stringContaining("gcloud storage buckets create gs://nobodys"),
      });
  });

  test("without permission says how to sign in, and tries once", async () => {
    env["GOOGLE_OAUTH_ACCESS_TOKEN"] = "expired";
    await expect(open().list("")).rejects.toThrow("gcloud auth application-default login");
    expect(gcs.requests).toHaveLength(1);
  });
});
