import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { resolveSize } from "../../../../reference-architectures/catalogue.ts";
import { OBJECTIVES, objectivesFor } from "../../../../reference-architectures/objectives.ts";
import { checkCommand } from "../../../../harness/cli/commands/check.ts";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { digestFile, digestPath } from "../../../../harness/results/history/digest.ts";
import { judge } from "../../../../harness/results/judge/objectives.ts";
import { sampleMeasurements, sampleRecord, unmeasured } from "../../results/sample-record.ts";
import { directoryWith, runCommand } from "./command-run.ts";

/** A record as a run leaves it: judged by its size's objectives. */
function judgedRecord(overrides: Partial<RunRecord> = {}): RunRecord {
  const run = { size: "1200", figures: resolveSize("gke", "1200").figures, simulated: true };
  const measurements = overrides.measurements ?? sampleMeasurements();
  return sampleRecord({
    measurements,
    objectives: [...judge(objectivesFor(OBJECTIVES, run), measurements)],
    ...overrides,
  });
}

async function check(record: unknown, ...args: readonly string[]) {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-check-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  await writeFile(join(cwd, "record.json"), typeof record === "string" ? record : JSON.stringify(record));
  return runCommand(checkCommand, ["record.json", ...args], { cwd });
}

const FEWER = { ...sampleMeasurements().workspaces, succeeded: 600, failed: 600 };

test("the same record gives the same answer, again and again", async () => {
  const record = judgedRecord();
  const first = await check(record, "--output", "json");
  expect(await check(record, "--output", "json")).toEqual(first);
  expect(JSON.parse(first.stdout)).toMatchObject({
    runId: record.runId,
    by: "the record's own",
    stored: "pass",
    verdict: "pass",
    differences: [],
    objectives: JSON.parse(JSON.stringify(record.objectives)) as unknown,
  });
  expect(first.code).toBe(0);
});

test("a record that missed its objectives fails again, and says by how much", async () => {
  const measurements = sampleMeasurements({ workspaces: FEWER });
  const record = judgedRecord({
    measurements,
    verdict: "slo-failed",
    reasons: ["slo-failed: as it was told"],
  });
  const { stdout, code } = await check(record);
  expect(code).toBe(10);
  expect(stdout).toContain("Verdict: slo-failed (the record says slo-failed)");
  expect(stdout.replace(/\s+/g, " ")).toMatch(/MISSED .*: 50 % \(at least 99 %\), missed by 49 points/);
});

test("a record whose figures lead to another verdict contradicts itself", async () => {
  const { measurements, ...rest } = judgedRecord();
  const { stdout, code } = await check({ ...rest, measurements: { ...measurements, workspaces: FEWER } });
  expect(code).toBe(20);
  expect(stdout).toContain("THE RECORD CONTRADICTS ITSELF");
  expect(stdout).toContain("the record says pass, but judged again it is slo-failed");
});

test("the run's failure and its teardown's findings stay, whatever the figures say", async () => {
  const left = [{ id: "disk-1", kind: "disk", name: "bench-1" }];
  const teardown = { ...sampleRecord().teardown, state: "leaked", left } as RunRecord["teardown"];
  const cases: [Partial<RunRecord>, number][] = [
    [{ verdict: "leaked", teardown, reasons: ["leaked: 1 left"] }, 40],
    [{ verdict: "infrastructure", reasons: ["infrastructure: no quota"] }, 30],
    [{ verdict: "interrupted", reasons: ["interrupted: stopped by Ctrl-C"] }, 61],
    [{ verdict: "pending", teardown: { state: "pending" } }, 60],
    // A stage could not ask the inventory, which answered the audit.
    [{ verdict: "unverified", reasons: ["unverified: preflight: no answer"] }, 41],
    // A leak that the verdict hides is a leak.
    [{ verdict: "pass", teardown }, 40],
  ];
  for (const [overrides, code] of cases)
    expect((await check(judgedRecord(overrides))).code, overrides.verdict).toBe(code);
  const early = unmeasured(
    judgedRecord({ verdict: "harness-error", reasons: ["harness-error: no Coder"], objectives: [] }),
  );
  expect((await check(early)).code).toBe(20);
});

test("a generator that was the limit is one still", async () => {
  const generator = { ...sampleMeasurements().generator, limited: true, reasons: ["late"] };
  const record = judgedRecord({
    measurements: sampleMeasurements({ generator }),
    verdict: "generator-limited",
    reasons: ["generator-limited: late"],
  });
  expect((await check(record)).code).toBe(21);
});

test("other objectives may lead to another verdict, which is reported and is not a contradiction", async () => {
  const strict = [
    {
      name: "all",
      description: "workspaces that succeeded, share",
      metric: { path: "workspaces.succeeded", per: "workspaces.asked" },
      threshold: 1,
      direction: "at-least",
      unit: "share",
    },
  ];
  const cwd = await directoryWith([judgedRecord()]);
  await writeFile(join(cwd, "strict.json"), JSON.stringify(strict));
  const { runId } = judgedRecord();
  const { stdout, code } = await runCommand(checkCommand, [runId, "--objectives", "strict.json"], { cwd });
  expect(code).toBe(10);
  expect(stdout).toContain("Differs from the record:");
  expect(stdout).not.toContain("CONTRADICTS");

  const current = await runCommand(checkCommand, [runId, "--current", "--output", "json"], { cwd });
  expect(JSON.parse(current.stdout)).toMatchObject({ by: "what gke asks for today", verdict: "pass" });
});

test("a record of an earlier version keeps its verdict, and the command says why", async () => {
  const { stdout, code } = await check(sampleRecord());
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, " ")).toContain("1 of 1 are as the record says: it does not name the figure");
});

test("a file that is cut off, foreign or of another version is refused with what is wrong", async () => {
  const whole = JSON.stringify(judgedRecord());
  const cases: [unknown, RegExp][] = [
    [whole.slice(0, whole.length / 2), /record\.json is not a record of refbench: .*truncated/],
    ["", /it is empty/],
    [{ total_runs: 3, runs: {} }, /no schemaVersion/],
    [[], /no schemaVersion/],
    [{ ...judgedRecord(), schemaVersion: 9 }, /its schemaVersion is 9, but this refbench reads at most 5/],
    [{ ...judgedRecord(), runId: 7 }, /runId: .*expected string/],
  ];
  for (const [record, message] of cases)
    await expect(check(record), String(message)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(message) as string,
    });
  const broken = sampleMeasurements().histograms.map((one) => ({ ...one, hdr: one.hdr.slice(0, 20) }));
  await expect(
    check({ ...judgedRecord(), measurements: sampleMeasurements({ histograms: broken }) }),
  ).rejects.toMatchObject({ code: "usage" });
});

test("the objectives are given once, as a list of objectives", async () => {
  const record = judgedRecord();
  await expect(check(record, "--current", "--objectives", "x")).rejects.toThrow(
    /cannot be combined with --current/,
  );
  await expect(check(record, "--objectives", "nothing.json")).rejects.toThrow(
    /nothing\.json, expected JSON or YAML/,
  );
  await expect(check(record, "--objectives", "record.json")).rejects.toThrow(/expected JSON or YAML/);
  await expect(check({ ...record, architecture: "moon" }, "--current")).rejects.toThrow(
    /"moon", which this refbench does not know/,
  );
  await expect(runCommand(checkCommand, ["nowhere"])).rejects.toThrow(
    /no record "nowhere": expected the path/,
  );
});

test("a record that differs from the digest beside it is reported, whatever its figures say", async () => {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-check-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  const path = join(cwd, "record.json");
  const text = JSON.stringify(judgedRecord());
  await writeFile(digestPath(path), digestFile(text, path));
  const checked = async (content: string, ...args: readonly string[]) => {
    await writeFile(path, content);
    return runCommand(checkCommand, ["record.json", ...args], { cwd });
  };
  expect(await checked(text)).toMatchObject({ code: 0, stdout: expect.not.stringContaining("NOT AS") });
  const changed = JSON.stringify(judgedRecord({ conditions: ["none"] }));
  const told = await checked(changed);
  expect(told.code).toBe(20);
  expect(told.stdout).toContain("NOT AS IT WAS STORED: it was changed after it was stored");
  const { stdout } = await checked(changed, "--output", "json");
  expect(JSON.parse(stdout)).toMatchObject({
    verdict: "pass",
    changed: expect.stringContaining("was changed"),
  });
});
