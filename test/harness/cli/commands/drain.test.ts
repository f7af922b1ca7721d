import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { expect, onTestFinished, test } from "vitest";
import { drainCommand } from "../../../../harness/cli/commands/drain.ts";
import type { Io } from "../../../../harness/composition/settings/io.ts";
import { main } from "../../../../harness/cli/main.ts";
import { TWIN_PROJECT } from "../../../../reference-architectures/twin-project.ts";
import { WITHOUT_PREBUILDS } from "../../../support/coder/coder-faults.ts";
import { type CoderOptions, startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { CapturedStream } from "../progress/captured-stream.ts";
import { runCommand } from "./command-run.ts";
import { inProcessWorker } from "../../../support/in-process-worker.ts";

const ENVIRONMENT = {
  schemaVersion: 1,
  architecture: "gke",
  size: "canary",
  overrides: {},
  runId: "01m81dbtf3adbaved8yjnr50h6",
  owner: "ada",
  managed: "manual",
  expiresAt: null,
  project: "some-project",
  region: "us-central1",
  zone: "us-central1-a",
  coderVersion: "2.31.0",
};

async function write(file: string, content: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
}

/** Deploys gke manually into a folder, as Terraform leaves it, with a Coder in this process. */
async function byHand({
  coderUrl = "",
  root = ".refbench/manual",
  project = "some-project",
  ...options
}: CoderOptions & { coderUrl?: string; root?: string; project?: string } = {}) {
  const cwd = await mkdtemp(join(tmpdir(), "refbench-hand-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  const coder = await startEmulatedCoder({ ...options, answers: [WITHOUT_PREBUILDS] });
  onTestFinished(() => coder[Symbol.asyncDispose]());
  const folder = join(cwd, root, "gke");
  const state = (outputs: Record<string, unknown>) => ({
    version: 4,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value }])),
  });
  await write(join(folder, "environment.json"), { ...ENVIRONMENT, project });
  await write(
    join(folder, "gke-cloud/terraform.tfstate"),
    state({ project, region: "us-central1", zone: "us-central1-a", network: "net" }),
  );
  await write(
    join(folder, "gke-coder/terraform.tfstate"),
    state({ coder_url: coderUrl === "" ? coder.url : coderUrl, template_variables: {} }),
  );
  const env = { PATH: process.env["PATH"], HOME: cwd };
  const withCommand = (command: (io: Io) => Command) => {
    return (args: readonly string[], more: NodeJS.ProcessEnv = { CODER_SESSION_TOKEN: coder.token }) =>
      runCommand(command, ["gke", "--runner", "local", ...args], { cwd, env: { ...env, ...more } });
  };
  return {
    cwd,
    coder,
    folder,
    env,
    drain: withCommand((io) => drainCommand(io, () => inProcessWorker)),
    /** Drains with the worker as a separate process. */
    drainForReal: withCommand(drainCommand),
  };
}

test("a manual drain deletes every workspace, keeps the users, and prints the next step", async () => {
  const { coder, drainForReal } = await byHand();
  await coder.addWorkspace("w1");
  await coder.addWorkspace("w2");
  const { stdout, stderr, code } = await drainForReal([]);
  expect(code).toBe(0);
  expect(stdout).toBe(
    `gke: 2 workspaces deleted through ${coder.url}, nothing remains\nNext: npx cdktf destroy 'gke*'\n`,
  );
  expect(stderr).toContain("2 of 2 workspaces deleted");
  expect(coder.workspacesLeft()).toEqual([]);
  expect(coder.usersLeft()).toEqual(["w1-user", "w2-user"]);
});

test("remaining items are named, and are leaked", async () => {
  const { coder, drain } = await byHand({ faults: { failDelete: ["w1"] } });
  await coder.addWorkspace("w1");
  const { stdout, code } = await drain(["--output", "json"]);
  expect(code).toBe(40);
  expect(JSON.parse(stdout)).toMatchObject({
    architecture: "gke",
    simulated: false,
    coder: coder.url,
    deleted: 0,
    remaining: [{ name: "w1-user/w1", reason: expect.stringContaining("exit status 1") }],
  });
});

test("users are deleted too on request", async () => {
  const { coder, drain } = await byHand();
  await coder.addWorkspace("w1");
  await drain(["--users"]);
  expect(coder.usersLeft()).toEqual([]);
});

test("a Coder that cannot be reached is infrastructure: nothing is known", async () => {
  const { drainForReal } = await byHand({ coderUrl: "http://127.0.0.1:1" });
  await expect(drainForReal(["--timeout", "1s"])).rejects.toMatchObject({
    code: "infrastructure",
    message: expect.stringContaining("no Coder answers at http://127.0.0.1:1"),
  });
});

test("the token may lie in a file, or be the login of Coder's own command line", async () => {
  const { cwd, coder, drain } = await byHand();
  await write(join(cwd, "token"), `${coder.token}\n`);
  expect((await drain(["--session-file", "token"], {})).code).toBe(0);
  const config = join(cwd, "coder-config");
  await write(join(config, "session"), coder.token);
  await write(join(config, "url"), "http://localhost:7080");
  expect((await drain([], { CODER_CONFIG_DIR: config })).code).toBe(0);
});

test("the login of another deployment is not sent to this one", async () => {
  const { cwd, coder, drain } = await byHand();
  await coder.addWorkspace("w1");
  await write(join(cwd, ".config/coderv2/session"), coder.token);
  await write(join(cwd, ".config/coderv2/url"), "https://coder.example.com");
  await expect(drain([], {})).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(
      /is for https:\/\/coder\.example\.com, not for http:\/\/127.*CODER_SESSION_TOKEN/,
    ),
  });
  expect(coder.calls).toEqual([]);
});

test("a token among the arguments is refused with the reason, and not repeated", async () => {
  const { cwd, env, coder } = await byHand();
  const [stdout, stderr] = [new CapturedStream(), new CapturedStream()];
  const io: Omit<Io, "exit"> = { stdout, stderr, cwd, env };
  expect(await main(["drain", "gke", "--token", coder.token], io)).toBe(2);
  expect(stderr.text).toMatch(/--token is refused: everyone on this machine.*CODER_SESSION_TOKEN/);
  expect(stderr.text + stdout.text).not.toContain(coder.token);
});

test("with --url Coder is asked where this machine reaches it", async () => {
  const { coder, drain } = await byHand({ coderUrl: "http://10.0.0.7" });
  const { stdout, code } = await drain(["--url", `${coder.url}/`]);
  expect(code).toBe(0);
  expect(stdout).toContain(`through ${coder.url}, nothing remains`);
});

test("--url is refused if the load runner is asked", async () => {
  const { cwd, env } = await byHand();
  await expect(
    runCommand(drainCommand, ["gke", "--url", "http://localhost:7080"], { cwd, env }),
  ).rejects.toThrow("--url goes with --runner local");
});

test("without a load runner in the outputs the network is out of reach, with the way around it", async () => {
  const { cwd, env, coder } = await byHand();
  await expect(
    runCommand(drainCommand, ["gke"], { cwd, env: { ...env, CODER_SESSION_TOKEN: coder.token } }),
  ).rejects.toThrow(/no load runner.*--runner local/);
});

test("--rehearse selects the environment on the twin, and the output says that it is simulated", async () => {
  const { coder, drain } = await byHand({ root: ".refbench/twin/manual", project: TWIN_PROJECT });
  await coder.addWorkspace("w1");
  await expect(drain([])).rejects.toThrow(/gke has no manual environment here.*--rehearse/);
  const { stdout } = await drain(["--rehearse"]);
  expect(stdout).toMatch(
    /^gke \(simulated\): 1 workspace deleted.*\nNext: npx refbench twin exec -- npx cdktf destroy/,
  );
});

test("an environment that was not deployed to its end has nothing to drain", async () => {
  const { folder, drain } = await byHand();
  await write(join(folder, "gke-coder/terraform.tfstate"), { version: 4, outputs: {} });
  await expect(drain([])).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("does not contain Coder's address"),
  });
});
