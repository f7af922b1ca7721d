import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importRecords } from "../../../../harness/results/history/import-records.ts";
import { resultsJson } from "../../../../harness/results/json.ts";
import { nightOn, scratchFolder } from "../nightly-records.ts";
import { sampleRecord } from "../sample-record.ts";

test("a record lies at its architecture, size, UTC day and run, with the bytes of --output json, for reading only", async () => {
  const store = await scratchFolder();
  const record = nightOn("2026-11-20", { startedAt: "2026-11-20T23:59:59.000Z" });
  const { written } = await importRecords([record], store);
  expect(written).toEqual([`gke/1200/2026-11-20-${record.runId}.json`]);
  const file = join(store, written[0]!);
  expect(await readFile(file, "utf8")).toBe(resultsJson(record));
  expect((await stat(file)).mode & 0o777).toBe(0o444);
  expect(JSON.parse(await readFile(join(store, "store.json"), "utf8"))).toEqual({
    schemaVersion: 1,
    kind: "results",
  });
});

test("importing the same again changes nothing, also of a record that a later refbench would write otherwise", async () => {
  const store = await scratchFolder();
  const record = nightOn("2026-11-20");
  const { written } = await importRecords([record], store);
  const file = join(store, written[0]!);
  await chmod(file, 0o644);
  await writeFile(file, JSON.stringify(record));
  expect(await importRecords([record, record], store)).toEqual({
    written: [],
    known: [written[0], written[0]],
  });
  expect(await readFile(file, "utf8")).toBe(JSON.stringify(record));
});

test("another content of a run that is stored is refused, both are named, and nothing of the import is written", async () => {
  const store = await scratchFolder();
  const record = nightOn("2026-11-20");
  const { written } = await importRecords([record], store);
  const other = { ...record, verdict: "slo-failed" as const };
  const from = new Map([[record.runId, "/elsewhere/record.json"]]);
  await expect(importRecords([nightOn("2026-11-21"), other], store, { from })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(new RegExp(`/elsewhere/record\\.json.*${written[0]}`)),
  });
  expect(await readdir(join(store, "gke/1200"))).toHaveLength(1);
  expect(await readFile(join(store, written[0]!), "utf8")).toBe(resultsJson(record));
});

test("two contents of one run in one import are refused", async () => {
  const store = await scratchFolder();
  const record = nightOn("2026-11-20");
  await expect(
    importRecords([record, { ...record, size: "100", verdict: "leaked" }], store),
  ).rejects.toMatchObject({ code: "usage" });
  expect(await readdir(store)).toEqual([]);
});

test.each([
  ["whose verdict is pending", { verdict: "pending" as const }],
  ["whose teardown is pending", { teardown: { state: "pending" as const } }],
])("a record %s is refused", async (_, change) => {
  const store = await scratchFolder();
  await expect(importRecords([nightOn("2026-11-20", change)], store)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("not final"),
  });
});

test("rehearsals never enter a store of results, nor results one of rehearsals", async () => {
  const [real, rehearsed] = [nightOn("2026-11-20"), sampleRecord()];
  for (const [first, second] of [
    [real, rehearsed],
    [rehearsed, real],
  ] as const) {
    const store = await scratchFolder();
    await importRecords([first], store);
    await expect(importRecords([second], store)).rejects.toMatchObject({ code: "usage" });
    await expect(importRecords([first, second], await scratchFolder())).rejects.toMatchObject({
      code: "usage",
    });
  }
});

test.each(["../../etc", "a/b", "", ".hidden"])(
  "a record whose size is %j cannot leave its place in the store",
  async (size) => {
    const store = await scratchFolder();
    await expect(importRecords([nightOn("2026-11-20", { size })], store)).rejects.toMatchObject({
      code: "usage",
    });
    expect(await readdir(store)).toEqual([]);
  },
);
