import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fileBucket } from "../../../../harness/inventory/buckets/file.ts";
import { lawsOfABucket } from "./laws.ts";

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "refbench-bucket-"));

describe("a folder as a bucket", () => {
  lawsOfABucket(async () => fileBucket(join(await newFolder(), "made")));

  test("whose share is not mounted is refused with the next step", async () => {
    const bucket = fileBucket(join(await newFolder(), "not-mounted", "mirror"));
    await expect(bucket.put("runs/a", Buffer.from(""))).rejects.toMatchObject({
      code: "infrastructure",
      message: expect.stringContaining("mount the share"),
    });
  });

  test("is not left by a key with parent folders", async () => {
    const bucket = fileBucket(await newFolder());
    await expect(bucket.put("runs/../../secret", Buffer.from(""))).rejects.toThrow(
      "is not a key of a bucket",
    );
    await expect(bucket.get("../secret")).rejects.toThrow("is not a key of a bucket");
  });
});
