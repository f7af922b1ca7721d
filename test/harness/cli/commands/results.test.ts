import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { resultsCommand } from "../../../../harness/cli/commands/results.ts";
import { main } from "../../../../harness/cli/main.ts";
import { newRunId } from "../../../../harness/model/run-id.ts";
import { recordJsonSchema } from "../../../../harness/results/output/json-schema.ts";
import { importRecords } from "../../../../harness/results/history/import-records.ts";
import { resultsJson } from "../../../../harness/results/history/json.ts";
import { LEAKED, nightOn, rewrite, withoutDigests } from "../../results/nightly-records.ts";
import { officialRecord, sampleRecord } from "../../results/sample-record.ts";
import { CapturedStream } from "../progress/captured-stream.ts";
import { directoryWith, runCommand } from "./command-run.ts";

const [first, second, third] = [newRunId(1), newRunId(2), newRunId(3)];

test("list names every run, oldest first, with its kind and verdict", async () => {
  const cwd = await directoryWith([
    officialRecord({ runId: second, verdict: "leaked", teardown: LEAKED }),
    sampleRecord({ runId: first }),
  ]);
  const { stdout, code } = await runCommand(resultsCommand, ["list", "--output", "json"], { cwd });
  expect(JSON.parse(stdout)).toMatchObject([
    { runId: first, kind: "simulated", verdict: "pass", teardown: "clean" },
    { runId: second, kind: "official", verdict: "leaked" },
  ]);
  expect(code).toBe(0);
});

test("the list is a line or two a run on 80 columns, whatever the verdicts", async () => {
  const cwd = await directoryWith([
    sampleRecord({ runId: first, verdict: "infrastructure" }),
    sampleRecord({ runId: second, verdict: "unverified", teardown: { ...LEAKED, state: "unverified" } }),
  ]);
  const { stdout } = await runCommand(resultsCommand, [], { cwd, columns: 80 });
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  expect(stdout).toMatch(
    new RegExp(`^${first} +gke( 1200)? +simulated +2026-11-22 +infrastructure +clean$`, "m"),
  );
  expect(stdout).toMatch(
    new RegExp(`^${second} +gke( 1200)? +simulated +2026-11-22 +unverified +unveri`, "m"),
  );
});

test("an unreadable record is named with its fault, the others are listed, and the command fails", async () => {
  const cwd = await directoryWith([
    sampleRecord({ runId: first }),
    { runId: second, broken: "{" },
    { runId: third, broken: JSON.stringify({ ...sampleRecord(), runId: 7 }) },
  ]);
  for (const args of [["list"], ["table", "--rehearsals"]]) {
    const { stdout, stderr, code } = await runCommand(resultsCommand, args, { cwd });
    expect(stdout).toContain("pass");
    expect(stderr).toContain(join(cwd, ".refbench/runs", second, "record.json"));
    expect(stderr).toMatch(new RegExp(`${third}/record.json is not a record.*runId: .*expected string`));
    expect(code).toBe(20);
  }
});

test("a run without a record yet is mentioned", async () => {
  const cwd = await directoryWith([]);
  await mkdir(join(cwd, ".refbench/runs", first), { recursive: true });
  const { stderr, code } = await runCommand(resultsCommand, ["list"], { cwd });
  expect(stderr).toContain(`${first} has no record yet`);
  expect(code).toBe(0);
});

test("the table holds official rows only, and with --rehearsals simulated ones only", async () => {
  const cwd = await directoryWith([
    officialRecord({ runId: first, environment: "Real One" }),
    sampleRecord({ runId: second, environment: "Twin One" }),
  ]);
  const official = await runCommand(resultsCommand, ["table", "--output", "markdown"], { cwd });
  expect(official.stdout).toContain("Real One");
  expect(official.stdout).not.toMatch(/Twin One|simulated/i);
  const rehearsals = await runCommand(resultsCommand, ["table", "--rehearsals"], { cwd });
  expect(rehearsals.stdout).not.toContain("Real One");
  expect(rehearsals.stdout).toMatch(/^SIMULATED/);
});

test("an unofficial run is in no table, and is reported", async () => {
  const cwd = await directoryWith([
    officialRecord({ runId: first, environment: "Real One" }),
    officialRecord({ runId: second, environment: "Other One", overrides: { users: 3 } }),
  ]);
  const { stdout, stderr } = await runCommand(resultsCommand, ["table"], { cwd });
  expect(stdout).toContain("Real One");
  expect(stdout).not.toContain("Other One");
  expect(stderr).toMatch(/1 unofficial run is not in the table/);
});

test("nights of no known commit are named with the reason by table, changes and publish", async () => {
  const refbench = { version: "1.2.3", noCommit: 'git said "fatal: detected dubious ownership"' };
  const record = officialRecord({ runId: first });
  const { provenance } = record;
  const cwd = await directoryWith([{ ...record, provenance: { ...provenance, refbench } }]);
  const reason =
    '1 unofficial run is not in the table: no refbench commit in its provenance: git said "fatal: detected dubious ownership" (1)';
  const table = await runCommand(resultsCommand, ["table"], { cwd });
  expect(table.stdout.replaceAll(/\s+/g, " ")).toContain(`No official results yet: ${reason}.`);
  expect(table.stderr).toContain(reason);
  const changes = await runCommand(resultsCommand, ["changes"], { cwd });
  expect(changes.stdout).toContain("No nights to compare.");
  expect(changes.stderr).toContain(reason);
  const publish = await runCommand(resultsCommand, ["publish", "--out", "site"], { cwd });
  expect(publish.stderr).toContain(reason);
  const index = await readFile(join(cwd, "site", "index.html"), "utf8");
  expect(index.replaceAll(/\s+/g, " ")).toContain("no refbench commit in its provenance: git said");
});

test("an empty table claims nothing", async () => {
  const cwd = await directoryWith([sampleRecord({ runId: first })]);
  const { stdout, stderr, code } = await runCommand(resultsCommand, ["table"], { cwd });
  expect(stdout).toMatch(/^No official results yet/);
  expect(stderr).toContain("--rehearsals shows them");
  expect(code).toBe(0);
});

test("an empty store's table is what README holds between its markers", async () => {
  const cwd = await directoryWith([]);
  const { stdout } = await runCommand(resultsCommand, ["table", "--output", "markdown"], { cwd });
  const readme = await readFile(new URL("../../../../README.md", import.meta.url), "utf8");
  expect(/<!-- refbench:table -->\n\n([^]*)\n<!-- \/refbench:table -->/.exec(readme)?.[1]).toBe(stdout);
});

test("the table goes between the markers of a file, text and JSON beside it", async () => {
  const cwd = await directoryWith([nightOn("2026-11-22")]);
  await writeFile(join(cwd, "page.md"), "a\n<!-- refbench:table -->\n<!-- /refbench:table -->\nz");
  const args = ["table", "--as-of", "2026-11-30", "--output", "markdown:page.md", "--output", "json"];
  const { stdout } = await runCommand(resultsCommand, args, { cwd });
  expect(JSON.parse(stdout)).toMatchObject([
    { architecture: "gke", size: "1200", status: { word: "missing" } },
  ]);
  expect(await readFile(join(cwd, "page.md"), "utf8")).toMatch(
    /^a\n<!-- refbench:table -->\n\n\| Environment [^]*missing: 2026-11-23 to 2026-11-29[^]*\n\n<!-- \/refbench:table -->\nz$/,
  );
});

test.each(["yesterday", "2026-02-30", ""])("--as-of %j is refused", async (asOf) => {
  const cwd = await directoryWith([]);
  await expect(runCommand(resultsCommand, ["table", "--as-of", asOf], { cwd })).rejects.toMatchObject({
    code: "usage",
  });
});

test("import copies every final record of this folder into the store of its kind, once", async () => {
  const [real, rehearsed] = [nightOn("2026-11-21"), sampleRecord({ runId: second })];
  const pending = nightOn("2026-11-22", { verdict: "pending", teardown: { state: "pending" } });
  const cwd = await directoryWith([real, rehearsed, pending]);
  const { stdout, stderr, code } = await runCommand(resultsCommand, ["import"], { cwd });
  expect(stdout).toBe(`gke/1200/2026-11-21-${real.runId}.json\ngke/1200/2026-11-22-${second}.json\n`);
  expect(stderr).toContain(`run ${pending.runId} is not imported`);
  expect(code).toBe(0);
  await stat(join(cwd, "results/gke/1200", `2026-11-21-${real.runId}.json`));
  await stat(join(cwd, ".refbench/rehearsals/gke/1200", `2026-11-22-${second}.json`));
  const again = await runCommand(resultsCommand, ["import"], { cwd });
  expect(again.stdout).toBe("");
  expect(again.stderr).toContain("1 were there already");
});

test("a store without digests is reported once, and importing it gives each record its digest", async () => {
  const record = nightOn("2026-11-21");
  const cwd = await directoryWith([]);
  await importRecords([record], join(cwd, "results"));
  await withoutDigests(join(cwd, "results"), [
    join(cwd, "results/gke/1200", `2026-11-21-${record.runId}.json`),
  ]);
  for (const command of ["list", "table", "changes"]) {
    const { stderr, code } = await runCommand(resultsCommand, [command], { cwd });
    expect(stderr.match(/note: stored without a digest/g)).toHaveLength(1);
    expect(code).toBe(0);
  }
  await runCommand(resultsCommand, ["import", "results"], { cwd });
  expect((await runCommand(resultsCommand, ["list"], { cwd })).stderr).toBe("");
});

test("a run that was torn down again since its import keeps no other run out of the store", async () => {
  const [first, second] = [nightOn("2026-11-20"), nightOn("2026-11-21")];
  const cwd = await directoryWith([first]);
  await runCommand(resultsCommand, ["import"], { cwd });
  const again = { ...first, finishedAt: "2026-11-22T07:00:00.000Z" };
  for (const record of [again, second]) {
    const folder = join(cwd, ".refbench", "runs", record.runId);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "record.json"), JSON.stringify(record));
  }
  const { stdout, stderr, code } = await runCommand(resultsCommand, ["import"], { cwd });
  expect(stdout).toBe(`gke/1200/2026-11-21-${second.runId}.json\n`);
  expect(stderr).toMatch(new RegExp(`${first.runId}.record.json differs from the store's copy`));
  expect(code).toBe(20);
});

test("import takes a folder of records: unreadable ones are named, the others enter, and the command fails", async () => {
  const cwd = await directoryWith([]);
  await mkdir(join(cwd, "nights", "more"), { recursive: true });
  await writeFile(join(cwd, "nights", "a.json"), resultsJson(nightOn("2026-11-20")));
  await writeFile(join(cwd, "nights", "more", "b.json"), resultsJson(nightOn("2026-11-21")));
  await writeFile(join(cwd, "nights", "c.json"), "{");
  await writeFile(join(cwd, "nights", "resets.json"), "{}");
  const store = join(cwd, "elsewhere");
  const { stdout, stderr, code } = await runCommand(resultsCommand, ["import", "nights", "--store", store], {
    cwd,
  });
  expect(stdout.trim().split("\n")).toHaveLength(2);
  expect(stderr).toContain("c.json is not a record");
  expect(stderr).not.toContain("resets.json");
  expect(code).toBe(20);
  const list = await runCommand(resultsCommand, ["list", "--store", store, "--output", "json"], { cwd });
  expect(JSON.parse(list.stdout)).toMatchObject([
    { stored: expect.stringMatching(/^gke\/1200\/2026-11-20-/) },
    { stored: expect.stringMatching(/^gke\/1200\/2026-11-21-/) },
  ]);
});

test("import of a folder of runs takes their records alone", async () => {
  const cwd = await directoryWith([nightOn("2026-11-20")]);
  await mkdir(join(cwd, ".refbench/runs", first), { recursive: true });
  for (const name of ["plan.json", "environment.json"])
    await writeFile(join(cwd, ".refbench/runs", first, name), "{}");
  const { stdout, code } = await runCommand(resultsCommand, ["import", ".refbench/runs"], { cwd });
  expect(stdout.trim().split("\n")).toHaveLength(1);
  expect(code).toBe(0);
});

test("a record that was imported is found after its run's folder went, by its id or a unique end of it", async () => {
  const night = nightOn("2026-11-21");
  const cwd = await directoryWith([night]);
  await runCommand(resultsCommand, ["import", night.runId], { cwd });
  await rm(join(cwd, ".refbench"), { recursive: true });
  for (const id of [night.runId, night.runId.slice(-8)]) {
    const { stdout } = await runCommand(resultsCommand, ["show", id, "--output", "json"], { cwd });
    expect(stdout).toBe(resultsJson(night));
  }
});

test("a store of the other kind is refused", async () => {
  const cwd = await directoryWith([nightOn("2026-11-21")]);
  await runCommand(resultsCommand, ["import"], { cwd });
  for (const command of ["table", "publish"]) {
    const args = [command, "--rehearsals", "--store", "results"];
    await expect(runCommand(resultsCommand, args, { cwd })).rejects.toMatchObject({ code: "usage" });
  }
});

test("compare sets two runs side by side, and a program reads it", async () => {
  const [one, other] = [nightOn("2026-11-20"), sampleRecord({ runId: second })];
  const cwd = await directoryWith([one, other]);
  const args = ["compare", one.runId, second, "--output", "json"];
  const { stdout } = await runCommand(resultsCommand, args, { cwd });
  expect(JSON.parse(stdout)).toMatchObject({
    notComparable: expect.arrayContaining([
      expect.stringMatching(/^the first run is real, the second simulated/),
    ]),
    first: { runId: one.runId },
    second: { runId: second, simulated: true },
  });
});

test("publish writes the same site twice, raw records among it, and names what it could not read", async () => {
  const night = nightOn("2026-11-21");
  const cwd = await directoryWith([night, { runId: third, broken: "{" }]);
  const publish = (out: string) =>
    runCommand(resultsCommand, ["publish", "--out", out, "--as-of", "2026-11-22"], { cwd });
  const { code, stderr } = await publish("one");
  await publish("two");
  expect(code).toBe(20);
  expect(stderr).toContain(join(third, "record.json"));
  const files = (await readdir(join(cwd, "one"), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(join(cwd, "one"), join(parentPath, name)));
  expect(files).toContain("index.html");
  expect(await readFile(join(cwd, "one/records", `${night.runId}.json`), "utf8")).toBe(resultsJson(night));
  for (const file of files) {
    const [one, two] = await Promise.all(["one", "two"].map((out) => readFile(join(cwd, out, file), "utf8")));
    expect(two).toBe(one);
    expect(one).not.toContain(cwd);
  }
});

test("publish draws the resets that lie in the store, and refuses a file that holds none", async () => {
  const cwd = await directoryWith([]);
  const store = join(cwd, "results");
  await importRecords([nightOn("2026-11-20"), nightOn("2026-11-21")], store);
  const reset = { architecture: "gke", size: "1200", date: "2026-11-21", reason: "a larger image" };
  await writeFile(join(store, "resets.json"), JSON.stringify({ schemaVersion: 1, resets: [reset] }));
  const publish = () => runCommand(resultsCommand, ["publish", "--as-of", "2026-11-22"], { cwd });
  expect((await publish()).code).toBe(0);
  const page = await readFile(join(cwd, "site/sizes/gke-1200.html"), "utf8");
  expect(page).toContain(">reset</text>");
  expect(page).toContain("a larger image");
  await writeFile(join(store, "resets.json"), "[]");
  await expect(publish()).rejects.toThrow(/resets\.json is not a valid file of resets/);
  expect(await readFile(join(cwd, "site/sizes/gke-1200.html"), "utf8")).toBe(page);
});

test("schema prints what is published", async () => {
  const { stdout } = await runCommand(resultsCommand, ["schema"], { cwd: await directoryWith([]) });
  expect(stdout).toBe(recordJsonSchema());
});

test("show writes one run's result in each form asked for", async () => {
  const cwd = await directoryWith([sampleRecord({ runId: first })]);
  const { stdout } = await runCommand(resultsCommand, ["show", first, "--output", "json:r.json"], { cwd });
  expect(stdout).toBe("");
  expect(JSON.parse(await readFile(join(cwd, "r.json"), "utf8"))).toEqual(sampleRecord({ runId: first }));
  const text = await runCommand(resultsCommand, ["show", first], { cwd });
  expect(text.stdout).toContain("Verdict: pass (simulated");
});

test("a record that was changed since it was stored is shown, compared and imported by no one, its path given or not", async () => {
  const cwd = await directoryWith([]);
  const store = join(cwd, "results");
  const [one, other] = [nightOn("2026-11-20"), nightOn("2026-11-21")];
  await importRecords([one, other], store);
  const path = join(store, "gke/1200", `2026-11-20-${one.runId}.json`);
  await rewrite(path, resultsJson({ ...one, conditions: ["none"] }), { vouched: false });
  for (const args of [
    ["show", path],
    ["compare", other.runId, path],
    ["import", path, "--store", "elsewhere"],
  ])
    await expect(runCommand(resultsCommand, args, { cwd }), args[0]).rejects.toThrow(
      /was changed after it was stored/,
    );
});

test("import of a folder names the record of which only the digest is there", async () => {
  const cwd = await directoryWith([]);
  const [one, other] = [nightOn("2026-11-20"), nightOn("2026-11-21")];
  await importRecords([one, other], join(cwd, "results"));
  const lost = join(cwd, "results", "gke/1200", `2026-11-20-${one.runId}.json`);
  await rm(lost);
  const { stderr, code } = await runCommand(resultsCommand, ["import", "results", "--store", "new"], { cwd });
  expect(stderr).toContain("1 imported");
  expect(stderr).toContain(`${lost} is missing, only its digest exists`);
  expect(code).toBe(20);
});

test("an empty import is reported, and so is a named store that does not exist", async () => {
  const cwd = await directoryWith([]);
  const imported = await runCommand(resultsCommand, ["import"], { cwd });
  expect(imported).toMatchObject({ stdout: "", stderr: "refbench: nothing to import\n", code: 0 });
  for (const args of [["list"], ["table"], ["publish"]]) {
    const asked = [...args, "--store", "misspelt"];
    const { stderr } = await runCommand(resultsCommand, asked, { cwd });
    expect(stderr, args[0]).toContain(`no store exists at ${join(cwd, "misspelt")} yet`);
    expect((await runCommand(resultsCommand, args, { cwd })).stderr).not.toContain("no store exists");
  }
});

test("a word that is not a command of results is refused by name", async () => {
  const cwd = await directoryWith([]);
  for (const args of [["tabel"], ["list", "tabel"]]) {
    const [stdout, stderr] = [new CapturedStream(), new CapturedStream()];
    expect(await main(["results", ...args], { stdout, stderr, env: {}, cwd })).toBe(2);
    expect(stderr.text).toContain(
      '"tabel" is not a command of results (did you mean "table"?): expected one of list, show, table, ',
    );
  }
});

test("a file of resets that was named has to be there", async () => {
  const cwd = await directoryWith([]);
  await expect(runCommand(resultsCommand, ["changes", "--resets", "no.json"], { cwd })).rejects.toThrow(
    /cannot read the resets in .*no\.json/,
  );
  expect((await runCommand(resultsCommand, ["changes"], { cwd })).code).toBe(0);
});

test("show of a run that is not there is refused by its name", async () => {
  const cwd = await directoryWith([]);
  await expect(runCommand(resultsCommand, ["show", second], { cwd })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining(second),
  });
});

describe("results list", () => {
  const runs = [
    sampleRecord({ runId: first, verdict: "infrastructure", startedAt: "2026-11-20T01:00:00.000Z" }),
    sampleRecord({ runId: second, size: "canary", startedAt: "2026-11-22T01:00:00.000Z" }),
  ];
  const listed = async (...filter: readonly string[]): Promise<readonly string[]> => {
    const cwd = await directoryWith(runs);
    const { stdout } = await runCommand(resultsCommand, ["list", "--output", "json", ...filter], { cwd });
    return (JSON.parse(stdout) as { readonly runId: string }[]).map(({ runId }) => runId);
  };

  test.each([
    [[], [first, second]],
    [["--architecture", "eks"], []],
    [["--size", "canary"], [second]],
    [["--verdict", "infrastructure"], [first]],
    [["--since", "2026-11-21"], [second]],
    [["--limit", "1"], [second]],
    [["--limit", "1", "--verdict", "infrastructure"], [first]],
  ])("shows with %j only what passes", async (filter, expected) => {
    expect(await listed(...filter)).toEqual(expected);
  });

  test.each([
    ["--since", "yesterday"],
    ["--limit", "0"],
  ])("refuses %s %s", async (...filter) => {
    await expect(listed(...filter)).rejects.toThrow(filter[0]);
  });
});

test("the newest run and short ids name a run", async () => {
  const cwd = await directoryWith([sampleRecord({ runId: first }), sampleRecord({ runId: second })]);
  const newest = [first, second].toSorted().at(-1)!;
  const { stdout } = await runCommand(resultsCommand, ["show", "latest", "--output", "json"], { cwd });
  expect(JSON.parse(stdout)).toMatchObject({ runId: newest });
});
