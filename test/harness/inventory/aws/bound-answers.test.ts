import { DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { sdkClients } from "../../../../harness/inventory/aws/clients.ts";
import { patientSend } from "../../../../harness/inventory/aws/session.ts";
import { s3Bucket } from "../../../../harness/inventory/buckets/s3.ts";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import { MAX_BODY_BYTES } from "../../../../harness/tools/exchange.ts";
import { endlessBody, serveHttp } from "../../../support/network/http-server.ts";

const env = (url: string) => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_REGION: "us-east-1",
});

test("an answer of AWS without an end is given up at the limit, and not asked for again", async () => {
  const counted = { sent: 0 };
  await using server = await serveHttp(endlessBody(200 * 2 ** 20, counted));
  const { signal } = new AbortController();
  const send = patientSend({ client: sdkClients("us-east-1", env(server.url)), clock: systemClock, signal });
  await expect(send("ec2", new DescribeInstancesCommand({}))).rejects.toThrow(/larger than 16777216 bytes/);
  expect(counted.sent).toBeLessThan(2 * MAX_BODY_BYTES);
});

test("an object of S3 is read whole, and its listing ends at a repeated page", async () => {
  const keys = "<Contents><Key>a</Key></Contents><NextContinuationToken>t</NextContinuationToken>";
  await using server = await serveHttp((request, response) => {
    if (request.url?.includes("list-type") === true)
      response.end(`<ListBucketResult><IsTruncated>true</IsTruncated>${keys}</ListBucketResult>`);
    else response.end("the object");
  });
  const bucket = await s3Bucket({ bucket: "b", prefix: "", env: env(server.url) });
  expect(Buffer.from((await bucket.get("a")) ?? []).toString()).toBe("the object");
  await expect(bucket.list("")).rejects.toThrow(/cannot list .*page t comes again/);
});
