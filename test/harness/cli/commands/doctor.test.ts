import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { checkNode } from "../../../../harness/cli/check-machine.ts";
import { doctorCommand } from "../../../../harness/cli/commands/doctor.ts";
import type { Io } from "../../../../harness/composition/settings/io.ts";
import { CODER_SUPPORT } from "../../../../reference-architectures/coder/coder-support.ts";
import type { Clock } from "../../../../harness/tools/time/clock.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { loadProgram } from "../../../support/command/all-commands.ts";
import { runCommand } from "./command-run.ts";

const doctor = (io: Io) => doctorCommand(io, loadProgram);

/** Stands for the program as it is installed here. */
const REAL = "real";

/** A PATH with these programs alone, each by its script. */
async function pathWith(programs: Readonly<Record<string, string>>): Promise<NodeJS.ProcessEnv> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-path-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, script] of Object.entries(programs)) {
    if (script === REAL) await symlink((await execa("which", [name])).stdout, join(folder, name));
    else await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return { PATH: folder };
}

const findingsOf = (stdout: string): Record<string, Record<string, string>> => {
  const { findings } = JSON.parse(stdout) as { findings: Record<string, string>[] };
  return Object.fromEntries(findings.map((finding) => [finding["tool"], finding]));
};

test("a machine that has everything is ready, with the versions it has", async () => {
  const { stdout, code } = await runCommand(doctor, ["--output", "json"]);
  expect(code).toBe(0);
  expect(findingsOf(stdout)).toMatchObject({
    node: { state: "ok", found: process.versions.node },
    terraform: { state: "ok", found: expect.stringMatching(/^1\.\d+\.\d+ at \//) },
  });
});

test("a list of Coder's releases that is too old is reported, and the machine is still ready", async () => {
  const clock = (iso: string): Clock => ({ ...fakeClock(), now: () => Date.parse(iso) });
  const seen = (at: Clock) => runCommand((io) => doctorCommand(io, loadProgram, at), ["--output", "json"]);
  const old = await seen(clock("2027-06-01T00:00:00Z"));
  expect(old.code).toBe(0);
  expect(findingsOf(old.stdout)["Coder's releases"]).toMatchObject({
    state: "stale",
    next: expect.stringContaining("update refbench") as string,
  });
  const young = await seen(clock(CODER_SUPPORT.asOf));
  expect(findingsOf(young.stdout)["Coder's releases"]).toMatchObject({ state: "ok" });
});

test("a missing terraform is named with where to get it, and the machine is not ready", async () => {
  const env = await pathWith({ npm: "echo 11.0.0", git: "echo git version 2.39.5" });
  const { stdout, code } = await runCommand(doctor, [], { env });
  expect(stdout).toMatch(/^MISSING +terraform .*>= 1\.11/m);
  expect(stdout).toContain("https://developer.hashicorp.com/terraform/install");
  expect(code).toBe(2);
});

test("a terraform that is too old is not enough", async () => {
  const env = await pathWith({ npm: "echo 11.0.0", terraform: `echo '{"terraform_version":"1.5.7"}'` });
  const { stdout, code } = await runCommand(doctor, ["--output", "json"], { env });
  expect(findingsOf(stdout)["terraform"]).toMatchObject({
    state: "unsupported",
    found: expect.stringContaining("1.5.7"),
  });
  expect(code).toBe(2);
});

test("a machine without the clouds' tunnels is ready, and doctor says what they are for", async () => {
  const env = await pathWith({ npm: "echo 11.0.0", terraform: REAL, aws: "exit 1" });
  const { stdout, code } = await runCommand(doctor, [], { env });
  expect(stdout).toMatch(/^absent +gcloud .*load runner in Google's networks/m);
  expect(stdout).toMatch(
    /^absent +aws ssm .*load runner in AWS's networks\)\n +-> .*Session Manager plugin/m,
  );
  expect(code).toBe(0);
});

test("the clouds' existing tunnels are shown by their path", async () => {
  const programs = { gcloud: "exit 1", aws: "exit 1", "session-manager-plugin": "exit 1" };
  const env = await pathWith({ npm: "echo 11.0.0", terraform: REAL, ...programs });
  const { stdout } = await runCommand(doctor, ["--output", "json"], { env });
  expect(findingsOf(stdout)).toMatchObject({
    gcloud: { state: "ok", found: join(env["PATH"] ?? "", "gcloud") },
    "aws ssm": { state: "ok", found: join(env["PATH"] ?? "", "aws") },
  });
});

test("a machine without git is ready, and doctor says what git is for", async () => {
  const env = await pathWith({ npm: "echo 11.0.0", terraform: REAL });
  const { stdout, code } = await runCommand(doctor, [], { env });
  expect(stdout).toMatch(/^absent +git .*commit of refbench/m);
  expect(code).toBe(0);
});

test.each([
  ["20.19.0", "ok"],
  ["22.1.0", "ok"],
  ["20.18.3", "unsupported"],
  ["18.20.0", "unsupported"],
])("node %s is %s", (version, state) => {
  expect(checkNode(version).state).toBe(state);
});
