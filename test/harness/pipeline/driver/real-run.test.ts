import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import ssh2 from "ssh2";
import { environmentSchema } from "../../../../stacks/environment.ts";
import { openContext } from "../../../../harness/pipeline/context/context.ts";
import type { RunRequest } from "../../../../harness/pipeline/making/make-run.ts";
import { drain } from "../../../../harness/pipeline/stages/drain.ts";
import { deploymentTarget } from "../../../../harness/pipeline/measurement/deployment-target.ts";
import { readJson } from "../../../../harness/tools/files/json-file.ts";
import { planSchema, type CloudPlan } from "../../../../harness/pipeline/folder/plan.ts";
import { reap } from "../../../../harness/pipeline/driver/reaper.ts";
import { requestTeardown } from "../../../../harness/pipeline/folder/request.ts";
import { findFinalRecord } from "../../../../harness/pipeline/record/run-record.ts";
import { findSecrets } from "../../../../harness/pipeline/folder/secrets.ts";
import { RUN_STAGE_FUNCTIONS } from "../../../../harness/pipeline/driver/run.ts";
import { runStage } from "../../../../harness/pipeline/context/run-stage.ts";
import type { WorkerTask } from "../../../../harness/model/ports/worker-task.ts";
import type { RunFolder } from "../../../../harness/pipeline/folder/run-folder.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";
import { GOOGLE_PLAN } from "../../../support/cloud-plan.ts";
import { recordTasks } from "../../../support/in-process-worker.ts";

/** A real run in a fake cloud. */
async function made(cloud: CloudPlan = GOOGLE_PLAN, licence?: string) {
  const world = new FakeWorld();
  const folder = await world.makeRun(undefined, {
    rehearsal: undefined,
    cloud,
    project: cloud.project,
    runner: "network",
    ...(licence === undefined ? {} : { licence }),
  });
  return { world, folder, plan: await readJson(folder.plan, planSchema) };
}

async function textOf(folder: RunFolder, ...names: readonly ("plan" | "environment")[]): Promise<string> {
  return (await Promise.all(names.map((name) => readFile(folder[name], "utf8")))).join("\n");
}

test("a real run uses the pinned place, and its conditions are true", async () => {
  const { folder, plan } = await made();
  expect(await readJson(folder.environment, environmentSchema)).toMatchObject({
    project: "my-benchmarks",
    region: "europe-west1",
    zone: "europe-west1-b",
  });
  expect(plan).toMatchObject({ simulated: false, runner: "network", cloud: GOOGLE_PLAN });
  expect(plan.rehearsal).toBeUndefined();
  expect(plan.conditions).toContain("generator: a separate machine inside Coder's network");
  expect(deploymentTarget(plan, "http://10.0.0.5")).toEqual({
    url: "http://10.0.0.5",
    ssh: "stdio",
    sshOptional: true,
  });
  expect(plan.conditions).toContain("canary: skipped (--skip-canary)");
  expect(plan.conditions.join()).not.toMatch(/simulated|emulated|shares its machine/);
});

test("a run on an emulated cloud reports the variables that lead there and the skipped checks", async () => {
  const { plan } = await made({
    ...GOOGLE_PLAN,
    endpoints: { AWS_ENDPOINT_URL: "http://127.0.0.1:5000" },
    emulated: true,
    skippedChecks: ["quota"],
  });
  expect(plan.conditions).toContain("cloud: emulated (AWS_ENDPOINT_URL)");
  expect(plan.conditions).toContain("preflight: skipped quota");
});

test("the runner's key fits its public half, and key and licence are in the secrets alone", async () => {
  const { folder } = await made(GOOGLE_PLAN, "planted-licence");
  const { runner } = await readJson(folder.environment, environmentSchema);
  const secrets = await findSecrets(folder);
  const key = ssh2.utils.parseKey(secrets?.runnerKey ?? "");
  if (key instanceof Error) throw key;
  expect(runner?.publicKey).toBe(`ssh-ed25519 ${key.getPublicSSH().toString("base64")}`);
  expect(secrets?.licence).toBe("planted-licence");
  expect(await textOf(folder, "plan", "environment")).not.toMatch(/PRIVATE KEY|planted-licence/);
});

test("with TLS every task trusts the run's own authority by name, and the key is in the secrets alone", async () => {
  const world = new FakeWorld();
  const folder = await world.makeRun(undefined, { tls: "self-signed" });
  const tasks: WorkerTask[] = [];
  const { worker } = world.ports();
  const signal = new AbortController().signal;
  const context = await openContext(folder, world.ports({ worker: recordTasks(worker, tasks) }), {
    reporter: world.reporter,
    signal,
  });
  for (const stage of ["preflight", "provision", "bootstrap", "load"] as const)
    expect(await runStage(stage, RUN_STAGE_FUNCTIONS[stage], context)).toBe("ok");
  await drain(context);
  const { tls } = await readJson(folder.environment, environmentSchema);
  expect(tasks.map(({ task }) => task)).toEqual(["bootstrap", "load", "drain"]);
  for (const { deployment } of tasks)
    expect(deployment).toMatchObject({ caPem: tls?.caPem, serverName: "coder.coder.svc.cluster.local" });
  const key = createPrivateKey((await findSecrets(folder))?.tlsKey ?? "");
  expect(new X509Certificate(tls?.certificatePem ?? "").checkPrivateKey(key)).toBe(true);
  expect(await textOf(folder, "plan", "environment")).not.toContain("PRIVATE KEY");
  const { conditions } = await readJson(folder.plan, planSchema);
  expect(conditions).toContain("TLS: self-signed by the run's own CA");
  expect((await made()).plan.conditions).toContain("TLS: off inside the network");
});

test("the licence is posted in bootstrap", async () => {
  const { world, folder } = await made(GOOGLE_PLAN, "planted-licence");
  const tasks: WorkerTask[] = [];
  const { worker } = world.ports();
  const ports = world.ports({ worker: recordTasks(worker, tasks) });
  const signal = new AbortController().signal;
  const context = await openContext(folder, ports, { reporter: world.reporter, signal });
  for (const stage of ["preflight", "provision", "bootstrap"] as const)
    expect(await runStage(stage, RUN_STAGE_FUNCTIONS[stage], context)).toBe("ok");
  expect(tasks).toMatchObject([{ task: "bootstrap", licence: "planted-licence" }]);
});

test("its record names its place and the waived checks", async () => {
  const endpoints = { AWS_ENDPOINT_URL: "http://127.0.0.1:5000" };
  const { world, folder } = await made({ ...GOOGLE_PLAN, endpoints, emulated: true });
  await requestTeardown(folder, { through: "audit", only: false, reason: "teardown" });
  await reap(folder, world.ports(), { reporter: world.reporter, signal: new AbortController().signal });
  const record = await findFinalRecord(folder);
  expect(record).toMatchObject({
    simulated: false,
    coder: "real",
    cloud: {
      project: "my-benchmarks",
      stacks: GOOGLE_PLAN.stacks,
      endpoints: ["AWS_ENDPOINT_URL"],
      emulated: true,
    },
  });
});

test("the drain waits for a Coder that restarts in a cloud, and never on the twin", async () => {
  const goneAfterMs = async (request: Partial<RunRequest>): Promise<number | undefined> => {
    const world = new FakeWorld();
    const folder = await world.makeRun(undefined, request);
    const tasks: WorkerTask[] = [];
    const { worker } = world.ports();
    const ports = world.ports({ worker: recordTasks(worker, tasks) });
    const signal = new AbortController().signal;
    const context = await openContext(folder, ports, { reporter: world.reporter, signal });
    for (const stage of ["preflight", "provision", "bootstrap"] as const)
      expect(await runStage(stage, RUN_STAGE_FUNCTIONS[stage], context)).toBe("ok");
    await drain(context);
    const task = tasks.find((one) => one.task === "drain");
    expect(task).toBeDefined();
    return task?.goneAfterMs;
  };
  const cloud = { rehearsal: undefined, cloud: GOOGLE_PLAN, project: GOOGLE_PLAN.project };
  expect(await goneAfterMs(cloud)).toBeGreaterThanOrEqual(60_000);
  expect(await goneAfterMs({})).toBeUndefined();
});
