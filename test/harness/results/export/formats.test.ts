import { expect, test } from "vitest";
import { newRunId } from "../../../../harness/model/run-id.ts";
import { EXPORT_FORMATS, exportRecords } from "../../../../harness/results/export/formats.ts";
import { sampleRecord } from "../sample-record.ts";
import { exportedRecord } from "./exported-record.ts";

test.each(EXPORT_FORMATS)(
  "%s says that a simulated result is simulated, and never of a real one",
  async (format) => {
    expect(await exportRecords(format, [sampleRecord()])).toMatch(
      /simulated (gke|=)|simulated="true"|,true,|refbench\.simulated/,
    );
    expect(await exportRecords(format, [exportedRecord()])).not.toMatch(
      /simulated gke|simulated="true"|,true,|refbench\.simulated/,
    );
  },
);

test.each(EXPORT_FORMATS)("%s is the same text whenever it is exported", async (format) => {
  const records = [exportedRecord()] as const;
  expect(await exportRecords(format, records)).toBe(await exportRecords(format, records));
});

test.each(EXPORT_FORMATS)("%s of a run that measured nothing is still readable", async (format) => {
  const record = sampleRecord({ measurements: undefined, objectives: [] });
  expect(await exportRecords(format, [record])).not.toMatch(/undefined|NaN/);
});

test("otava refuses runs of several sizes, which are no series", async () => {
  const records = [exportedRecord(), exportedRecord({ size: "100", runId: newRunId(2) })] as const;
  await expect(exportRecords("otava", records)).rejects.toThrow(
    /gke\/100, gke\/1200.*--architecture and --size/,
  );
});

test.each(["bmf", "benchmark-action"] as const)("%s holds the newest run alone", async (format) => {
  const old = exportedRecord({ size: "old" });
  expect(await exportRecords(format, [old, exportedRecord()])).not.toContain("gke/old");
});

test("bmf has latencies in Bencher's nanoseconds, and objects of numbers only", async () => {
  const bmf = JSON.parse(await exportRecords("bmf", [exportedRecord()])) as Record<
    string,
    Record<string, { value: unknown }>
  >;
  // 1,200 samples of 0.1 s, 0.2 s … 120 s.
  expect(bmf["gke/1200 workspace-ready-p50"]?.["latency"]?.value).toBeCloseTo(60.03e9, -8);
  for (const measures of Object.values(bmf))
    for (const metric of Object.values(measures)) {
      expect(
        Object.keys(metric).filter((key) => !["value", "lower_value", "upper_value"].includes(key)),
      ).toEqual([]);
      expect(typeof metric.value).toBe("number");
    }
});

test("benchmark-action has figures of which less is better, with unit and value", async () => {
  const entries = JSON.parse(await exportRecords("benchmark-action", [exportedRecord()])) as Record<
    string,
    unknown
  >[];
  for (const entry of entries)
    expect(entry).toEqual({
      name: expect.stringMatching(/^gke\/1200 /),
      unit: expect.any(String),
      value: expect.any(Number),
      extra: expect.any(String),
    });
  const names = entries.map(({ name }) => name);
  expect(names).toContain("gke/1200 workspace-ready-p95");
  expect(names).not.toContain("gke/1200 workspaces-succeeded");
});
