import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { teardownCommand } from "../../../../harness/cli/commands/teardown.ts";
import { runCommand } from "./command-run.ts";

let cwd: string;
let share: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "refbench-teardown-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  share = pathToFileURL(join(cwd, "share")).href;
});

test("an empty mirror is reported in each output format, and is a success", async () => {
  await mkdir(join(cwd, "share"));
  const args = ["--all", "--from", share, "--output", "text", "--output", "json:out/report.json"];
  const { stdout, code } = await runCommand(teardownCommand, args, { cwd });
  expect(stdout).toBe(`${share}: nothing to tear down, it holds no run\n`);
  expect(code).toBe(0);
  expect(JSON.parse(await readFile(join(cwd, "out", "report.json"), "utf8"))).toEqual({
    schemaVersion: 1,
    mirror: share,
    dryRun: false,
    finished: 0,
    runs: [],
  });
});

test("a share that is not mounted is an error, never an empty mirror", async () => {
  await expect(runCommand(teardownCommand, ["--all", "--from", share], { cwd })).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringContaining("mount the share"),
  });
});

test.each<[string, readonly string[], RegExp]>([
  ["neither a run nor --all", [], /no run is named/],
  ["--all without a mirror", ["--all"], /--all needs --from.*refbench sweep/],
  ["--all beside a run", ["01kb", "--all", "--from", "file:///x"], /"01kb" names one/],
  ["--dry-run of one run", ["01kb", "--dry-run"], /--dry-run needs --all/],
  ["--output of one run", ["01kb", "--output", "json"], /--output needs --all/],
  [
    "--output markdown",
    ["--all", "--from", "file:///x", "--output", "markdown"],
    /--output must be text or json/,
  ],
])("%s is refused before anything is looked at", async (_, args, message) => {
  await expect(runCommand(teardownCommand, args, { cwd })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(message),
  });
});
