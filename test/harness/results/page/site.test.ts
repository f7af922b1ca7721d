import { expect, test } from "vitest";
import { siteOf } from "../../../../harness/results/page/site.ts";
import { officialRecord, sampleRecord } from "../sample-record.ts";

test("from the same records come the same bytes", () => {
  const input = { records: [officialRecord()], rehearsals: false, asOf: "2026-11-22" };
  expect([...siteOf(input)]).toEqual([...siteOf(structuredClone(input))]);
});

test("a site of rehearsals shows no real run, and the other way round", () => {
  const records = [officialRecord({ runId: "real" }), sampleRecord({ runId: "rehearsed" })];
  const paths = (rehearsals: boolean) => [...siteOf({ records, rehearsals, asOf: "2026-11-22" }).keys()];
  expect(paths(true)).toContain("records/rehearsed.json");
  expect(paths(true).join()).not.toContain("real.json");
  expect(paths(false).join()).not.toContain("rehearsed.json");
});
