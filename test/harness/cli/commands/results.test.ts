import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resultsCommand } from "../../../../harness/cli/commands/results.ts";
import { newRunId } from "../../../../harness/model/run-id.ts";
import { officialRecord, sampleRecord } from "../../results/sample-record.ts";
import { directoryWith, runCommand } from "./command-run.ts";

const [first, second, third] = [newRunId(1), newRunId(2), newRunId(3)];

test("list names every run, oldest first, with its kind and verdict", async () => {
  const cwd = await directoryWith([
    officialRecord({ runId: second, verdict: "leaked" }),
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
    sampleRecord({ runId: second, verdict: "generator-limited" }),
  ]);
  const { stdout } = await runCommand(resultsCommand, [], { cwd });
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  expect(stdout).toMatch(
    new RegExp(`^${first} +gke( 1200)? +simulated +2026-11-22 +infrastructure +clean$`, "m"),
  );
  expect(stdout).toMatch(new RegExp(`^${second} +gke( 1200)? +simulated +2026-11-22 +generator-`, "m"));
});

test("a record that cannot be read is named with what is wrong, the others are listed, and it is no success", async () => {
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

test("an unofficial run is in no table, and is said", async () => {
  const cwd = await directoryWith([
    officialRecord({ runId: first, environment: "Real One" }),
    officialRecord({ runId: second, environment: "Other One", overrides: { users: 3 } }),
  ]);
  const { stdout, stderr } = await runCommand(resultsCommand, ["table"], { cwd });
  expect(stdout).toContain("Real One");
  expect(stdout).not.toContain("Other One");
  expect(stderr).toMatch(/1 unofficial run is not in the table/);
});

test("an empty table claims nothing", async () => {
  const cwd = await directoryWith([sampleRecord({ runId: first })]);
  const { stdout, code } = await runCommand(resultsCommand, ["table"], { cwd });
  expect(stdout).toMatch(/^No official results yet/);
  expect(code).toBe(0);
});

test("show writes one run's result in each form asked for", async () => {
  const cwd = await directoryWith([sampleRecord({ runId: first })]);
  const { stdout } = await runCommand(resultsCommand, ["show", first, "--output", "json:r.json"], { cwd });
  expect(stdout).toBe("");
  expect(JSON.parse(await readFile(join(cwd, "r.json"), "utf8"))).toEqual(sampleRecord({ runId: first }));
  const text = await runCommand(resultsCommand, ["show", first], { cwd });
  expect(text.stdout).toContain("Verdict: pass (simulated");
});

test("show of a run that is not there is refused by its name", async () => {
  const cwd = await directoryWith([]);
  await expect(runCommand(resultsCommand, ["show", second], { cwd })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining(second),
  });
});
