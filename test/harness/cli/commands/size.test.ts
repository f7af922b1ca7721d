import { join } from "node:path";
import { expect, test } from "vitest";
import { sizeCommand } from "../../../../harness/cli/commands/size.ts";
import { importRecords } from "../../../../harness/results/history/import-records.ts";
import { officialRecord, sampleRecord } from "../../results/sample-record.ts";
import { directoryWith, runCommand } from "./command-run.ts";

const RUN = "01kf3zq8v1a2b3c4d5e6f7g8h9";

test.each([
  ["piped", undefined],
  ["in a wide terminal", 200],
  ["in a terminal of 80 columns", 80],
  ["in a narrow terminal", 60],
])("the text %s has at most 80 columns, and no line ends in a blank", async (_, columns) => {
  const most = Math.min(80, columns ?? 80);
  for (const question of [["250"], ["999", "--cloud", "aws"], ["5000", "--cloud", "kubernetes"], ["10000"]]) {
    const { stdout } = await runCommand(sizeCommand, ["--users", ...question], {
      ...(columns === undefined ? {} : { columns }),
    });
    const lines = stdout.split("\n");
    // A flag is never broken, so that it can be pasted.
    expect(lines.filter((line) => line.length > most && !line.includes("--set"))).toEqual([]);
    expect(lines.filter((line) => /\s$/.test(line))).toEqual([]);
  }
});

test("the text answers what is needed, what it costs, what it rests on and what was measured", async () => {
  const { stdout, code } = await runCommand(sizeCommand, ["--users", "2000", "--architecture", "gke"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}listed size +validated-2k: the smallest that will do$/m);
  expect(stdout).toMatch(/^ {2}coderd +3 × 4 vCPU, 12 GiB on 3 n2-standard-8/m);
  expect(stdout).toContain("4 nodes = ceil(120 provisioners / 30 a node)");
  expect(stdout).toMatch(/\$11,478\.00 a month without traffic; \$20\.92 for one benchmark/);
  expect(stdout).toMatch(/^ {2}flags +--size validated-2k$/m);
  expect(stdout).toMatch(/^ {2}rows +no row has been measured/m);
});

test("the flags that it prints are one shell command, line by line", async () => {
  const { stdout } = await runCommand(sizeCommand, ["--users", "5000", "--cloud", "aws"]);
  const [, flags = ""] = /^ {2}flags +((?:.*\\\n)*.*)$/m.exec(stdout) ?? [];
  const words = flags.replaceAll("\\\n", " ").trim().split(/\s+/);
  expect(words.slice(0, 4)).toEqual(["--size", "validated-10k", "--set", "users=5000"]);
  expect(
    words
      .filter((word) => !word.startsWith("--"))
      .slice(1)
      .every((word) => word.includes("=")),
  ).toBe(true);
});

test("JSON is versioned, and has every figure with what it rests on", async () => {
  const { stdout } = await runCommand(sizeCommand, ["--users", "2000", "--output", "json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    schemaVersion: 1,
    cloud: "google",
    load: { workspaces: { value: 1_200, basis: { kind: "published" } } },
    architectures: [{ architecture: "gke" }, { architecture: "gce-docker" }, { architecture: "gce-vm" }],
    measuredRows: 0,
  });
});

test("official rows of this folder count, and simulated ones are only counted", async () => {
  const simulated = sampleRecord({ runId: "01kf3zq8v1a2b3c4d5e6f7g8hz" });
  const cwd = await directoryWith([simulated, officialRecord()]);
  const args = ["--users", "1200", "--builds", "120", "--workspaces", "1200", "--architecture", "gke"];
  const { stdout } = await runCommand(sizeCommand, args, { cwd });
  const text = stdout.replaceAll(/\s+/g, " ");
  expect(text).toContain(`1200: the smallest that will do measured on 2026-11-22 by ${RUN}`);
  expect(text).toContain("1.0 times the builds of the nearest measured row (gke 1200)");
  expect(text).toContain("1 official row not used: 1 simulated");
  expect(text).toContain("contradicts gke 1200 carried 1,200 users");
});

test("rows of a named store count, and a store that is not there is named", async () => {
  const cwd = await directoryWith([]);
  const store = join(cwd, "measured");
  await importRecords([officialRecord()], store);
  const args = ["--users", "1200", "--builds", "120", "--workspaces", "1200", "--architecture", "gke"];
  const { stdout } = await runCommand(sizeCommand, [...args, "--store", "measured"], { cwd });
  expect(stdout).toMatch(/^ {2}listed size +1200: the smallest that will do$/m);
  const missing = await runCommand(sizeCommand, [...args, "--store", "elsewhere"], { cwd });
  expect(missing.stderr).toContain(`no store exists at ${join(cwd, "elsewhere")}`);
  expect(missing.stdout).toMatch(/^ {2}listed size +validated-2k/m);
});

test("a record that cannot be read ends with another code than 0, because the answer may miss a row", async () => {
  const cwd = await directoryWith([{ runId: RUN, broken: "{" }]);
  const { code, stderr, stdout } = await runCommand(sizeCommand, ["--users", "10"], { cwd });
  expect(code).not.toBe(0);
  expect(stderr).toContain(RUN);
  expect(stdout).toContain("What 10 users need");
});

test("a load that no rule covers, and text in place of a number, are refused before anything is read", async () => {
  await expect(runCommand(sizeCommand, ["--users", "12000"])).rejects.toThrow(
    /at most 10000.*no published rule/,
  );
  await expect(runCommand(sizeCommand, ["--users", "2k"])).rejects.toThrow(
    /--users is "2k", expected a whole number of at least 1/,
  );
  await expect(
    runCommand(sizeCommand, ["--users", "10", "--cloud", "aws", "--architecture", "gke"]),
  ).rejects.toThrow(/--cloud is "aws"/);
});
