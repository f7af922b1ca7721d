import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openBucket } from "../../../../harness/inventory/buckets/open-bucket.ts";
import { MOTO_REGION, motoIsInstalled, startMoto, type Moto } from "../aws/moto.ts";
import { lawsOfABucket } from "./laws.ts";

describe.skipIf(!motoIsInstalled())("a bucket of S3, with the real SDK and an emulated AWS", () => {
  let moto: Moto;
  const open = (bucket = "team-mirror") => openBucket(`s3://${bucket}/bench?region=${MOTO_REGION}`, moto.env);

  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto[Symbol.asyncDispose]());
  beforeEach(async () => {
    await moto.reset();
    const client = new S3Client({
      region: MOTO_REGION,
      endpoint: moto.url,
      forcePathStyle: true,
      credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
    });
    await client.send(new CreateBucketCommand({ Bucket: "team-mirror" }));
  });

  lawsOfABucket(open);

  test("that does not exist is never taken for an empty one, and the error says how to make it", async () => {
    const bucket = await open("nobodys");
    for (const asked of [
      () => bucket.get("x"),
      () => bucket.list(""),
      () => bucket.put("x", Buffer.from("")),
    ])
      await expect(asked()).rejects.toMatchObject({
        code: "infrastructure",
        message: expect.stringContaining("aws s3api create-bucket --bucket nobodys"),
      });
  });
});

test("a bucket of S3 without a region is refused before it is asked", async () => {
  await expect(openBucket("s3://team-mirror", {})).rejects.toMatchObject({ code: "usage" });
});
