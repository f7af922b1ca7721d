import { expect, test } from "vitest";
import { parseBucketUrl } from "../../../../harness/model/cloud/bucket-url.ts";

test.each([
  ["gs://team-mirror", { scheme: "gs", bucket: "team-mirror", prefix: "" }],
  ["gs://team-mirror/a/b/", { scheme: "gs", bucket: "team-mirror", prefix: "a/b" }],
  [
    "s3://team-mirror/a?region=eu-west-1",
    { scheme: "s3", bucket: "team-mirror", prefix: "a", region: "eu-west-1" },
  ],
  ["file:///mnt/share%20of%20ours", { scheme: "file", folder: "/mnt/share of ours" }],
])("%s is a place", (url, place) => {
  expect(parseBucketUrl(url, "--mirror")).toEqual(place);
});

test.each([
  "team-mirror",
  "./folder",
  "https://team-mirror/x",
  "gs://",
  "gs://UPPER_CASE!/x",
  "gs://key:secret@team-mirror/x",
  "gs://team-mirror/a/..%2f..%2fb",
  "s3://team-mirror?profile=mine",
  "gs://team-mirror?region=europe",
  "file://host/share",
  "file:///%2F",
  "gs://team-mirror/%E0%A4",
])("%s is refused by the flag's name", (url) => {
  expect(() => parseBucketUrl(url, "--mirror")).toThrow(
    expect.objectContaining({ code: "usage", message: expect.stringContaining("--mirror is") }),
  );
});
