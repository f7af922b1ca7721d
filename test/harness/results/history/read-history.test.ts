import { chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { unknownNetwork } from "../../../../harness/model/observation/network.ts";
import { RECORD_SCHEMA_VERSION, type RunRecord } from "../../../../harness/model/record/record.ts";
import { newRunId } from "../../../../harness/model/run-id.ts";
import { importRecords } from "../../../../harness/results/history/import-records.ts";
import { readRunRecords } from "../../../../harness/results/history/run-records.ts";
import { readHistory } from "../../../../harness/results/history/read-history.ts";
import { resultsJson } from "../../../../harness/results/history/json.ts";
import { judge, type JudgedObjective } from "../../../../harness/results/judge/objectives.ts";
import { LEAKED, nightOn, rewrite, scratchFolder, withoutDigests } from "../nightly-records.ts";
import { sampleRecord } from "../sample-record.ts";

const [older, newer] = [nightOn("2026-11-20"), nightOn("2026-11-21")];

const SUCCEEDED: readonly JudgedObjective[] = [
  {
    name: "succeeded",
    description: "workspaces that succeeded, share",
    metric: { path: "workspaces.succeeded", per: "workspaces.asked" },
    threshold: 0.99,
    direction: "at-least",
  },
];
const READY: readonly JudgedObjective[] = [
  {
    name: "ready",
    description: "workspace ready, p95",
    metric: { path: "phases.workspace-ready.p95" },
    threshold: 999_999,
    direction: "at-most",
  },
];

async function storeWith(...records: readonly RunRecord[]) {
  const store = await scratchFolder();
  const { written } = await importRecords(records, store);
  return { store, paths: written.map((path) => join(store, path)) };
}

async function runsWith(...records: readonly RunRecord[]): Promise<string> {
  const runs = await scratchFolder();
  for (const record of records) {
    await mkdir(join(runs, record.runId));
    await writeFile(join(runs, record.runId, "record.json"), resultsJson(record));
  }
  return runs;
}

const reasonsAt = async (store: string) =>
  new Map((await readHistory({ store })).unreadable.map(({ path, reason }) => [path, reason]));

test("a store that is not there yet holds nothing", async () => {
  const store = join(await scratchFolder(), "results");
  expect(await readHistory({ store })).toMatchObject({
    records: [],
    unreadable: [],
    without: [],
    pending: [],
  });
});

test("records come oldest first, whatever the order of their import, with their files", async () => {
  const { store } = await storeWith(newer, older);
  const { records, files, unreadable } = await readHistory({ store });
  expect(records).toEqual([older, newer]);
  expect(files.get(newer.runId)).toBe(`gke/1200/2026-11-21-${newer.runId}.json`);
  expect(unreadable).toEqual([]);
});

test("runs count as if they had been imported: each once, those not torn down yet apart, those of the other kind not", async () => {
  const pending = nightOn("2026-11-22", { verdict: "pending", teardown: { state: "pending" } });
  const { store } = await storeWith(older);
  const folder = await runsWith(older, newer, pending, sampleRecord());
  const without = newRunId(5);
  await mkdir(join(folder, without));
  const runs = await readRunRecords(folder);
  const history = await readHistory({ store, runs, kind: "results" });
  expect(history).toMatchObject({
    records: [older, newer],
    pending: [pending],
    without: [without],
    unreadable: [],
  });
  expect([...history.files.keys()]).toEqual([older.runId]);
  expect((await readHistory({ store, runs })).records).toHaveLength(3);
});

test("for a run that differs from its stored record, the store's record counts, and that is reported", async () => {
  const { store } = await storeWith(older);
  const runs = await runsWith({ ...older, verdict: "leaked" });
  const { records, unreadable } = await readHistory({ store, runs: await readRunRecords(runs) });
  expect(records).toEqual([older]);
  expect(unreadable).toMatchObject([{ path: join(runs, older.runId, "record.json") }]);
});

test("records of an older version are brought to today's, those of a newer one are refused with what to do", async () => {
  const { store, paths } = await storeWith(sampleRecord(), sampleRecord({ runId: newRunId(9) }));
  await rewrite(paths[0]!, JSON.stringify({ ...sampleRecord(), schemaVersion: 1, origin: undefined }));
  await rewrite(paths[1]!, JSON.stringify({ schemaVersion: RECORD_SCHEMA_VERSION + 1 }));
  const { records, unreadable } = await readHistory({ store });
  const network = unknownNetwork("records of version 4 and earlier do not have it");
  expect(records).toEqual([sampleRecord({ network })]);
  expect(unreadable).toMatchObject([
    { path: paths[1], reason: expect.stringMatching(/schemaVersion is \d+.*newer/) },
  ]);
});

test.each([
  ["cut off", (text: string) => text.slice(0, 500), /truncated/],
  ["empty", () => "", /is empty/],
  ["no record", () => "{}", /no schemaVersion/],
  ["ill-typed", (text: string) => text.replace('"users": 1200', '"users": "many"'), /load\.users/],
  [
    "of another size",
    (text: string) => text.replace('"size": "1200"', '"size": "100"'),
    /belongs to gke\/100/,
  ],
  [
    "simulated",
    (text: string) => text.replace('"simulated": false', '"simulated": true'),
    /belongs to rehearsals/,
  ],
  ["not final", (text: string) => text.replace('"verdict": "pass"', '"verdict": "pending"'), /not final/],
])("a stored file that is %s is named, and the others are read", async (_, damage, reason) => {
  const { store, paths } = await storeWith(older, newer);
  await rewrite(paths[0]!, damage(await readFile(paths[0]!, "utf8")));
  const { records, unreadable } = await readHistory({ store });
  expect(records).toEqual([newer]);
  expect(unreadable).toEqual([{ path: paths[0], reason: expect.stringMatching(reason) }]);
});

test("one changed byte of a stored record is noticed, whatever it changes, and the others are read", async () => {
  const { store, paths } = await storeWith(older, newer);
  const text = await readFile(paths[0]!, "utf8");
  await rewrite(paths[0]!, text.replace('"cores": 2', '"cores": 3'), { vouched: false });
  const { records, unreadable } = await readHistory({ store });
  expect(records).toEqual([newer]);
  expect(unreadable).toEqual([{ path: paths[0], reason: expect.stringMatching(/^was changed after/) }]);
});

test.each([
  [
    "figures",
    (record: RunRecord) => ({
      ...record,
      objectives: [...judge(SUCCEEDED, record.measurements)],
      measurements: {
        ...record.measurements!,
        workspaces: { ...record.measurements!.workspaces, succeeded: 3 },
      },
    }),
    /contradicts itself: the record says pass, but judged again it is slo-failed; succeeded: .*refbench check/,
  ],
  [
    "verdict",
    (record: RunRecord) => ({ ...record, verdict: "slo-failed" }),
    /says slo-failed, but judged again it is pass/,
  ],
  [
    "teardown",
    (record: RunRecord) => ({ ...record, teardown: LEAKED }),
    /says pass, but judged again it is leaked/,
  ],
  [
    "histograms",
    (record: RunRecord) => ({
      ...record,
      objectives: [...judge(READY, record.measurements)],
      measurements: {
        ...record.measurements!,
        histograms: record.measurements!.histograms.map((each) => ({ ...each, hdr: each.hdr.slice(0, 20) })),
      },
    }),
    /cannot be judged: the measurements .* cannot be read/,
  ],
])(
  "a record whose verdict does not follow from its %s is named, of any version, also among the runs",
  async (_, change, reason) => {
    for (const version of [{}, { schemaVersion: 1, origin: undefined }]) {
      const { store, paths } = await storeWith(older, newer);
      const text = JSON.stringify({ ...change(older), ...version });
      await rewrite(paths[0]!, text);
      const { records, unreadable } = await readHistory({ store });
      expect(records).toEqual([newer]);
      expect(unreadable).toEqual([{ path: paths[0], reason: expect.stringMatching(reason) }]);
      const folder = await runsWith(older, newer);
      await writeFile(join(folder, older.runId, "record.json"), text);
      const runs = await readRunRecords(folder);
      expect(runs).toMatchObject({
        records: [newer],
        unreadable: [{ reason: expect.stringMatching(reason) }],
      });
    }
  },
);

test("a record that lost its digest is named, and so is a digest that lost its record", async () => {
  const { store, paths } = await storeWith(older, newer);
  await rm(`${paths[0]!}.sha256`);
  await rm(paths[1]!);
  const { records, unreadable } = await readHistory({ store });
  expect(records).toEqual([]);
  expect(unreadable).toMatchObject([
    { path: paths[0], reason: expect.stringMatching(/^has no digest/) },
    { path: `${paths[1]!}.sha256`, reason: expect.stringMatching(/digest of a missing record/) },
  ]);
  await importRecords([older, newer], store);
  expect(await readHistory({ store })).toMatchObject({ records: [older, newer], unreadable: [] });
});

test("a store from before digests is read unchanged, and the records without one are reported", async () => {
  const { store, paths } = await storeWith(older, newer);
  await withoutDigests(store, paths);
  expect(await readHistory({ store })).toMatchObject({
    records: [older, newer],
    unreadable: [],
    undigested: paths.map((path) => relative(store, path)),
  });
});

test.each([
  "gke/1200/notes.txt",
  "gke/1200/2026-11-20.json",
  "gke/record.json",
  "gke/1200/deep/x.json",
  "x.json",
  "gke/1200/.hid.json",
])("%s among the records is named", async (name) => {
  const { store } = await storeWith(older);
  const path = join(store, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "{}");
  expect((await reasonsAt(store)).get(path)).toMatch(/^is not a record's path \(<architecture>/);
});

test("files of a repository beside the records are ignored", async () => {
  const { store } = await storeWith(older);
  await mkdir(join(store, ".git"));
  await writeFile(join(store, ".git", "x.json"), "");
  for (const name of ["README.md", ".gitattributes", "resets.json"]) await writeFile(join(store, name), "");
  expect((await readHistory({ store })).unreadable).toEqual([]);
});

test("a record at another day's path is named, and does not affect the record at its own path", async () => {
  const { store, paths } = await storeWith(older);
  const moved = paths[0]!.replace("2026-11-20", "2026-11-19");
  await copyFile(paths[0]!, moved);
  expect((await readHistory({ store })).records).toEqual([older]);
  await rename(moved, paths[0]!);
  expect((await readHistory({ store })).records).toEqual([older]);
});

test("two contents of one run are both named, and neither is believed", async () => {
  const { store, paths } = await storeWith(older, newer);
  const twin = { ...older, size: "100" };
  await mkdir(join(store, "gke/100"));
  const path = join(store, `gke/100/2026-11-20-${older.runId}.json`);
  await rewrite(path, resultsJson(twin));
  const { records } = await readHistory({ store });
  expect(records).toEqual([newer]);
  expect([...(await reasonsAt(store)).keys()].toSorted()).toEqual([path, paths[0]].toSorted());
});

test("a store without its kind, or of another kind than asked for, is reported", async () => {
  const { store } = await storeWith(older);
  await expect(readHistory({ store, kind: "rehearsals" })).rejects.toMatchObject({ code: "usage" });
  await chmod(join(store, "store.json"), 0o644);
  await writeFile(join(store, "store.json"), "[]");
  await expect(readHistory({ store })).rejects.toMatchObject({ code: "usage" });
  await rename(join(store, "store.json"), join(store, "README"));
  const { records, unreadable } = await readHistory({ store });
  expect(records).toEqual([older]);
  expect(unreadable).toMatchObject([{ path: join(store, "store.json") }]);
});
