import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { composePorts } from "../../../harness/composition/compose.ts";
import { selectEnvironment } from "../../../harness/nights/child-command.ts";
import { awsRunnerAccess } from "../../../harness/composition/runner/aws.ts";
import { gcloudEnvironment } from "../../../harness/composition/runner/gcloud-environment.ts";
import { buildReaperEnvironment } from "../../../harness/composition/spawn-reaper.ts";
import { readJson } from "../../../harness/tools/files/json-file.ts";
import { type CloudPlan, planSchema } from "../../../harness/pipeline/folder/plan.ts";
import { synthesize } from "../../../harness/terraform/synthesize.ts";
import { localWorkerRunner } from "../../../harness/workload/worker-process/local-runner.ts";
import { utilityEnvironment } from "../../../harness/workload/coder-engine/utility-environment.ts";
import { FakeWorld } from "../../support/world/fake-world.ts";
import { OBEYED_BY_NODE, STEERING } from "../../support/coder/steering-shell.ts";
import { pathWith } from "./runner/tunnel.ts";
import type { DrainTask } from "../../../harness/model/ports/worker-task.ts";

/** A shell with other values; the real ones are in the environment's file. */
const SHELL = { PATH: process.env["PATH"] ?? "", ...STEERING, ...OBEYED_BY_NODE, REFBENCH_TWIN_CODER: "{}" };
const CLOUD: CloudPlan = {
  provider: "aws",
  project: "123456789012",
  region: "us-east-2",
  zone: "us-east-2a",
  endpoints: {},
  emulated: false,
  stacks: "0123456789abcdef",
  skippedChecks: [],
  skippedCanary: false,
};

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "refbench-children-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** The names of the shell that arrived with the shell's own values. */
function arrived(env: NodeJS.ProcessEnv): readonly string[] {
  return Object.entries({ ...STEERING, ...OBEYED_BY_NODE })
    .filter(([name, value]) => env[name] === value)
    .map(([name]) => name);
}

test("terraform of a real run gets nothing that steers it", async () => {
  const run = await new FakeWorld().makeRun(undefined, {
    rehearsal: undefined,
    cloud: CLOUD,
    project: CLOUD.project,
  });
  const shell = { ...SHELL, HOME: await folder(), AWS_PROFILE: "bench" };
  const { childEnv } = await composePorts(run, await readJson(run.plan, planSchema), {
    ...shell,
    REFBENCH_TWIN_CODER: undefined,
  });
  expect(arrived(childEnv)).toEqual([]);
  expect(childEnv).toEqual({ PATH: SHELL.PATH, HOME: shell.HOME, AWS_PROFILE: "bench" });
});

test("terraform of a rehearsal gets the twin's own variables, and no other twin's", async () => {
  const run = await new FakeWorld().makeRun();
  const shell = { ...SHELL, HOME: await folder(), TF_CLI_CONFIG_FILE: "/nonexistent/terraform.rc" };
  const { childEnv } = await composePorts(run, await readJson(run.plan, planSchema), shell);
  expect(arrived(childEnv)).toEqual([]);
  expect(childEnv["TF_CLI_CONFIG_FILE"]).toMatch(/twin\/terraform\.rc$/);
  expect(childEnv["REFBENCH_TWIN_CODER"]).toBeUndefined();
});

test("the clouds' tunnels get credentials, and nothing that leads them elsewhere", async () => {
  const env = { ...SHELL, ...(await pathWith({ aws: "exit 0", "session-manager-plugin": "exit 0" })) };
  const access = await awsRunnerAccess({
    machine: "i-0",
    region: "us-east-1",
    privateKey: "a key",
    env: { ...env, AWS_PROFILE: "bench" },
  });
  expect(arrived(access.tunnel.env)).toEqual([]);
  expect(access.tunnel.env["AWS_PROFILE"]).toBe("bench");
  expect(arrived(await gcloudEnvironment({ ...SHELL, HOME: await folder() }))).toEqual([]);
});

test("the reaper and a night's commands get nothing that steers them, and no licence", () => {
  const shell = { ...SHELL, REFBENCH_LICENCE: "planted" };
  expect(arrived(selectEnvironment(shell))).toEqual([]);
  const reaper = buildReaperEnvironment({ plan: "/nonexistent/plan.json" }, shell);
  expect(arrived(reaper)).toEqual([]);
  expect(JSON.stringify(reaper)).not.toContain("planted");
});

test("Coder's binary gets nothing that steers it", () => {
  expect(arrived(utilityEnvironment(SHELL))).toEqual([]);
});

test("a worker on this machine gets nothing that steers it", async () => {
  const file = join(await folder(), "env.json");
  const program = `require("node:fs").writeFileSync(${JSON.stringify(file)}, JSON.stringify(process.env))`;
  const runner = localWorkerRunner({ env: SHELL, command: [process.execPath, "-e", program] });
  const task = { type: "drain" } as unknown as DrainTask;
  const never = new AbortController().signal;
  await runner.drain(task, { signal: never, onEvent: () => undefined }).catch(() => undefined);
  expect(arrived(JSON.parse(await readFile(file, "utf8")) as NodeJS.ProcessEnv)).toEqual([]);
});

test("the stacks are those of the environment's file, whatever the shell says", async () => {
  const at = await folder();
  const run = await new FakeWorld().makeRun();
  const made = async (env: NodeJS.ProcessEnv, name: string): Promise<string> => {
    const directory = join(at, name);
    const signal = new AbortController().signal;
    const stacks = await synthesize({ environmentFile: run.environment, directory, env, signal });
    return (
      await Promise.all(stacks.map((stack) => readFile(join(directory, stack.name, "cdk.tf.json"), "utf8")))
    ).join("\n");
  };
  await writeFile(join(at, "other.json"), "{}");
  const steered = { ...SHELL, REFBENCH_ENVIRONMENT: join(at, "other.json"), REFBENCH_SIZE: "1200" };
  expect(await made(steered, "steered")).toBe(await made({ PATH: SHELL.PATH }, "plain"));
});
