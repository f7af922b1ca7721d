import { readdir, readFile, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { importRecords } from "../../../../harness/results/history/import-records.ts";
import { readHistory } from "../../../../harness/results/history/read-history.ts";
import { resultsJson } from "../../../../harness/results/history/json.ts";
import { nightOn, rewrite, scratchFolder, withoutDigests } from "../nightly-records.ts";
import { recordStandingOf } from "../../../../harness/results/judge/official.ts";
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
    digests: "sha256",
  });
});

test("a record's digest is stored beside it, as sha256sum reads it", async () => {
  const store = await scratchFolder();
  const { written } = await importRecords([nightOn("2026-11-20")], store);
  const { stdout } = await execa("sha256sum", ["--check", `${basename(written[0]!)}.sha256`], {
    cwd: dirname(join(store, written[0]!)),
  });
  expect(stdout).toBe(`${basename(written[0]!)}: OK`);
});

test("records without digests get theirs when they are imported again, the last one for the whole store", async () => {
  const store = await scratchFolder();
  const [older, newer] = [nightOn("2026-11-20"), nightOn("2026-11-21")];
  const { written } = await importRecords([older, newer], store);
  await withoutDigests(
    store,
    written.map((path) => join(store, path)),
  );
  await importRecords([older], store);
  expect((await readHistory({ store })).undigested).toEqual([written[1]]);
  await importRecords([newer], store);
  expect((await readHistory({ store })).undigested).toEqual([]);
  await rm(join(store, `${written[0]!}.sha256`));
  expect((await readHistory({ store })).unreadable).toHaveLength(1);
});

test("importing the same again changes nothing, also of a record that a later refbench would write otherwise", async () => {
  const store = await scratchFolder();
  const record = nightOn("2026-11-20");
  const { written } = await importRecords([record], store);
  const file = join(store, written[0]!);
  await rewrite(file, JSON.stringify(record));
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
  const other = { ...record, conditions: ["otherwise"] };
  const from = new Map([[record.runId, "/elsewhere/record.json"]]);
  await expect(importRecords([nightOn("2026-11-21"), other], store, { from })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(new RegExp(`/elsewhere/record\\.json.*${written[0]}`)),
  });
  expect(await readdir(join(store, "gke/1200"))).toHaveLength(2);
  expect(await readFile(join(store, written[0]!), "utf8")).toBe(resultsJson(record));
});

test("two contents of one run in one import are refused", async () => {
  const store = await scratchFolder();
  const record = nightOn("2026-11-20");
  await expect(importRecords([record, { ...record, size: "100" }], store)).rejects.toMatchObject({
    code: "usage",
  });
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

test("a record whose verdict does not follow from its figures never enters a store", async () => {
  const store = await scratchFolder();
  await expect(
    importRecords([nightOn("2026-11-20", { verdict: "slo-failed" })], store),
  ).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("contradicts itself"),
  });
  expect(await readdir(store)).toEqual([]);
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

test("no store is made in another one", async () => {
  const store = await scratchFolder();
  await importRecords([nightOn("2026-11-20")], store);
  const inner = join(store, "gke", "more");
  await expect(importRecords([nightOn("2026-11-21")], inner)).rejects.toThrow(
    `lies in ${store}, which is a store of results`,
  );
  expect(await readdir(join(store, "gke"))).toEqual(["1200"]);
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

test("records of a cluster of the user's own have a store of their own, where they are official", async () => {
  const [inCloud, own] = [nightOn("2026-11-20"), nightOn("2026-11-21", { architecture: "kubernetes" })];
  const [clouds, ownStore] = [await scratchFolder(), await scratchFolder()];
  await importRecords([inCloud], clouds);
  await expect(importRecords([own], clouds)).rejects.toThrow(
    /is a store of results, but own-clusters is needed: .*never share a store/,
  );
  await importRecords([own], ownStore);
  await expect(importRecords([inCloud], ownStore)).rejects.toThrow(/is a store of own-clusters/);
  await expect(importRecords([inCloud, own], await scratchFolder())).rejects.toThrow(
    /belongs to own-clusters, another one to results/,
  );
  expect(recordStandingOf(own)).toBe("official");
});
