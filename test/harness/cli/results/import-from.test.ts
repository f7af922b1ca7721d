import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { resultsCommand } from "../../../../harness/cli/commands/results.ts";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { resultsJson } from "../../../../harness/results/history/json.ts";
import { nightOn, scratchFolder } from "../../results/nightly-records.ts";
import { runCommand } from "../commands/command-run.ts";

const [first, second, third] = [nightOn("2026-11-20"), nightOn("2026-11-21"), nightOn("2026-11-22")];
const interrupted = (record: RunRecord): RunRecord => ({
  ...record,
  verdict: "interrupted",
  reasons: ["interrupted: the run's machine was lost before it handed over"],
});

/** A mirror with these records, and what lies there in a record's place. */
async function mirrorOf(
  cwd: string,
  records: readonly RunRecord[],
  others: Readonly<Record<string, string>> = {},
): Promise<string> {
  const share = join(cwd, "mirror");
  const files = records.map((record) => [`${record.runId}/files/record.json`, resultsJson(record)] as const);
  for (const [name, text] of [...files, ...Object.entries(others)]) {
    const path = join(share, "runs", name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return pathToFileURL(share).href;
}

const imported = (cwd: string, ...args: readonly string[]) =>
  runCommand(resultsCommand, ["import", "--store", "results", ...args], { cwd });

test("every final record of a mirror enters the store with its night, once and in silence", async () => {
  const cwd = await scratchFolder();
  const pending = nightOn("2026-11-22", { verdict: "pending", teardown: { state: "pending" } });
  const from = await mirrorOf(cwd, [interrupted(first), second, pending], {
    [`${third.runId.slice(0, -1)}0/files/plan.json`]: "{}",
  });
  const { stdout, stderr, code } = await imported(cwd, "--from", from);
  expect(stdout.split("\n").slice(0, -1)).toEqual([
    `gke/1200/2026-11-20-${first.runId}.json`,
    `gke/1200/2026-11-21-${second.runId}.json`,
  ]);
  expect(stderr).toContain(`run ${pending.runId} is not imported: its record is not final`);
  expect(stderr).toMatch(/run \w+0 has no record in file:.* yet/);
  expect(code).toBe(0);
  const again = await imported(cwd, "--from", from);
  expect([again.stdout, again.code]).toEqual(["", 0]);
  const table = await runCommand(resultsCommand, ["table", "--store", "results", "--as-of", "2026-11-21"], {
    cwd,
  });
  expect(table.stdout).not.toContain("missing");
});

test("a record that differs from the store's copy is named with its place, the others enter, and the import fails", async () => {
  const cwd = await scratchFolder();
  await imported(cwd, "--from", await mirrorOf(cwd, [first]));
  const from = await mirrorOf(cwd, [{ ...first, finishedAt: "2026-11-22T07:00:00.000Z" }, second]);
  const { stdout, stderr, code } = await imported(cwd, "--from", from);
  expect(stdout).toBe(`gke/1200/2026-11-21-${second.runId}.json\n`);
  expect(stderr).toContain(
    `runs/${first.runId}/files/record.json in ${from} differs from the store's copy, which counts`,
  );
  expect(code).toBe(20);
});

test.each<[string, string, RegExp]>([
  ["is cut off", resultsJson(first).slice(0, 300), /is not a record of this refbench/],
  ["is another run's", resultsJson(second), new RegExp(`holds the record of run ${second.runId}`)],
  [
    "contradicts its own figures",
    resultsJson({ ...first, verdict: "slo-failed" }),
    /record\.json in file:.* contradicts itself/,
  ],
])("a record that %s is named and left out, and the others enter", async (_, text, told) => {
  const cwd = await scratchFolder();
  const from = await mirrorOf(cwd, [third], { [`${first.runId}/files/record.json`]: text });
  const { stdout, stderr, code } = await imported(cwd, "--from", from);
  expect(stdout).toBe(`gke/1200/2026-11-22-${third.runId}.json\n`);
  expect(stderr).toMatch(told);
  expect(code).toBe(20);
});

test("rehearsals in a mirror stay out of a store of results", async () => {
  const cwd = await scratchFolder();
  const from = await mirrorOf(cwd, [first, nightOn("2026-11-21", {}, { simulated: true })]);
  const { stdout, code } = await imported(cwd, "--from", from);
  expect([stdout, code]).toEqual([`gke/1200/2026-11-20-${first.runId}.json\n`, 0]);
});

test("named records are imported first, and a record in several mirrors is imported once", async () => {
  const cwd = await scratchFolder();
  await writeFile(join(cwd, "second.json"), resultsJson(second));
  const from = await mirrorOf(cwd, [first, second]);
  const { stdout } = await imported(cwd, "second.json", "--from", from, "--from", from);
  expect(stdout.split("\n").slice(0, -1)).toEqual([
    `gke/1200/2026-11-21-${second.runId}.json`,
    `gke/1200/2026-11-20-${first.runId}.json`,
  ]);
});

test("a mirror that is not there is an error, and the store stays as it was", async () => {
  const cwd = await scratchFolder();
  const from = pathToFileURL(join(cwd, "not-mounted")).href;
  await expect(imported(cwd, "--from", from)).rejects.toMatchObject({ code: "infrastructure" });
  expect(await readdir(cwd)).toEqual([]);
});
