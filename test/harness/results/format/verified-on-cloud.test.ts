import { expect, test } from "vitest";
import { verifiedOnCloud } from "../../../../harness/results/format/verified-on-cloud.ts";
import { officialRecord, sampleRecord, unmeasured } from "../sample-record.ts";

const official = officialRecord();
const day = (official.finishedAt ?? "").slice(0, 10);

test("an architecture is verified by its newest official record that was measured and torn down clean", () => {
  const older = officialRecord({ startedAt: "2020-01-01T00:00:00.000Z", coderVersion: "1.0.0" });
  expect(verifiedOnCloud(official.architecture, [official, older])).toEqual({
    date: day,
    version: official.coderVersion,
  });
});

test.each([
  ["no record", []],
  ["another architecture's", [officialRecord({ architecture: "eks" })]],
  ["a rehearsal", [sampleRecord()]],
  [
    "one of an emulated cloud",
    [officialRecord({ cloud: { ...official.cloud!, emulated: true, endpoints: ["X"] } })],
  ],
  ["one that measured nothing", [unmeasured(official)]],
  ["one that leaked", [officialRecord({ teardown: { ...official.teardown, state: "leaked" } as never })]],
] as const)("%s verifies nothing", (_, records) => {
  expect(verifiedOnCloud(official.architecture, records)).toBe("never");
});
