import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { settleConflicts } from "../../../../harness/cli/config/conflicts.ts";
import { main } from "../../../../harness/cli/main.ts";
import { commandsBelow, loadProgram } from "../../../support/command/all-commands.ts";

const LOAD = ["scaletest", "create-workspaces", "-t", "t"];

test.each([
  [
    ["run", "gke", "--compare", "stable,mainline", "--coder-version", "stable"],
    /--compare cannot be .*--coder-version/,
  ],
  [["run", "gke", "--rehearse", "--pairs", "3"], /--pairs needs --compare/],
  [["run", "gke", "--rehearse", "--keep-max", "3"], /--keep-max needs --keep-on-failure/],
  [["stage", "load", "--run", "latest", "--size", "1200"], /--run cannot be combined with --size/],
  [["nightly", "--rehearse", "--project", "p"], /--rehearse cannot be combined with --project/],
  [["sweep", "--rehearse", "--project", "p"], /--rehearse cannot be combined with --project/],
  [["sweep", "--project", "p", "--region", "us-east-1"], /--region needs --account/],
  [["sweep", "--rehearse", "--period", "2h"], /--period needs --check/],
  [["sweep", "--rehearse", "--check", "--older-than", "2h"], /--check cannot be combined with --older-than/],
  [
    ["sweep", "--rehearse", "--run", "latest", "--include-unlabelled"],
    /--run cannot be .*--include-unlabelled/,
  ],
  [["teardown", "latest", "--wait", "1h"], /--wait needs --all/],
  [[...LOAD, "--ssh", "--ssh-share", "0.5"], /--ssh cannot be combined with --ssh-share/],
  [
    [...LOAD, "--no-wait-for-agents", "--run-command", "true"],
    /--no-wait-for-agents cannot be .*--run-command/,
  ],
  [[...LOAD, "--tick-interval", "1s"], /--tick-interval needs --bytes-per-tick/],
  [[...LOAD, "--scenario-for", "1m"], /--scenario-for needs --scenario or --app/],
  [[...LOAD, "--app-by", "path"], /--app-by needs --app/],
  [[...LOAD, "--ssh-client", "offered"], /--ssh-client needs --ssh or --ssh-share/],
  [[...LOAD, "--count", "1000000"], /--count must be a whole number from 1 to 100000/],
  [[...LOAD, "--connections", "1e9"], /--connections must be a whole number from 0 to 1000000/],
  [[...LOAD, "--retry", "101"], /--retry must be/],
  [[...LOAD, "--proxy", "http://me:s3cret@proxy:80"], /^(?!.*s3cret).*--proxy has credentials/],
  [["scaletest", "cleanup", "--run", "1a2b3c4d5e6f", "--all"], /--run cannot be combined with --all/],
])("%j is refused before anything is created", async (args, expected) => {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-conflicts-"));
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  expect(await main(args, { stdout, stderr, cwd, env: { PATH: process.env["PATH"] } })).toBe(2);
  expect(String(stderr.read())).toMatch(expected);
  expect(await readdir(cwd)).toEqual([]);
});

test("a flag without a meaning here is ignored if a variable sets it, since variables stay in a shell", async () => {
  const program = await loadProgram();
  const { command } = commandsBelow(program).find(({ path }) => path === "sweep")!;
  command.setOptionValueWithSource("rehearse", true, "cli").setOptionValueWithSource("project", "p", "env");
  command.setOptionValueWithSource("period", 1, "env");
  expect(() => settleConflicts(command)).not.toThrow();
});
