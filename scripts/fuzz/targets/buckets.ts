import { gcsBucket } from "../../../harness/inventory/buckets/gcs.ts";
import { s3Bucket } from "../../../harness/inventory/buckets/s3.ts";
import type { Bucket } from "../../../harness/model/ports/bucket.ts";
import { fakeClock } from "../../../test/support/fake-clock.ts";
import { printed } from "../laws.ts";
import { jsonNear, textNear } from "../mutations.ts";
import { accepted, type Outcome, type Target, target } from "../target.ts";
import { answering, url } from "./answering.ts";

const LISTED = { items: [{ name: "prefix/runs/a/plan.json" }], nextPageToken: "" };
const REFUSAL = { error: { code: 403, message: "refused", status: "PERMISSION_DENIED" } };
const XML = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>prefix/</Prefix><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated><Contents><Key>prefix/runs/a/plan.json</Key><Size>1</Size></Contents></ListBucketResult>`;
const S3_REFUSAL = `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>no</Message></Error>`;
const clock = fakeClock();
const where = { bucket: "b", prefix: "prefix", clock };
const gcs = gcsBucket({
  ...where,
  env: { GOOGLE_STORAGE_CUSTOM_ENDPOINT: `${url}storage/v1/` },
  auth: { headers: () => Promise.resolve({}) },
});
const s3 = await s3Bucket({
  ...where,
  region: "us-east-1",
  env: { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: "some", AWS_SECRET_ACCESS_KEY: "some" },
});

/** Answers of buckets to a listing. */
export const buckets: readonly Target[] = [
  target({
    name: "bucket: gcs lists",
    isSlow: true,
    inputs: jsonNear([LISTED, LISTED, REFUSAL]),
    read: (bytes: Uint8Array) => answering(bytes, () => list(gcs)),
  }),
  target({
    name: "bucket: s3 lists",
    isSlow: true,
    inputs: textNear([XML, XML, S3_REFUSAL]),
    read: (bytes: Uint8Array) => answering(bytes, () => list(s3), "application/xml"),
  }),
];

async function list(bucket: Bucket): Promise<Outcome> {
  return accepted(...(await bucket.list("runs/")).map(printed));
}
