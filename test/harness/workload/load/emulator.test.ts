import { expect, test } from "vitest";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import { startEmulator } from "../../../../rehearsal/emulator/server.ts";
import { localWorkerRunner } from "../../../../harness/workload/worker-process/local-runner.ts";
import { runBootstrap } from "../../../../harness/workload/setup/bootstrap.ts";
import { runDrain } from "../../../../harness/workload/removal/drain.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const signal = new AbortController().signal;
const context = { signal, clock: systemClock, emit: () => undefined };
const admin = { email: "admin@example.com", username: "admin", password: "Correct-Horse-9-Battery" };

const TEMPLATE = `
data "coder_parameter" "home_disk_size" {
  name    = "home_disk_size"
  type    = "number"
  default = "10"
}
resource "coder_agent" "main" {
  os   = "linux"
  arch = "amd64"
}
`;

async function startCoder(failBuilds = 0) {
  const emulator = await startEmulator({
    schemaVersion: 1,
    host: "127.0.0.1",
    port: 0,
    version: "2.31.0",
    replicas: 2,
    env: { CODER_PROVISIONER_DAEMONS: "5", CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true" },
    buildSpeed: 100,
    failBuilds,
    licence: "simulated",
    seeded: false,
  });
  const { url } = emulator.ready;
  const { token } = await runBootstrap(
    {
      task: "bootstrap",
      deployment: { url, ssh: "tunnel" },
      admin,
      template: { name: "kubernetes", files: { "main.tf": TEMPLATE }, variables: {} },
      expect: { replicas: 2, provisionerDaemons: 10 },
      timeoutMs: 20_000,
    },
    context,
  );
  return { url, token, [Symbol.asyncDispose]: () => emulator.close() };
}

test("the emulated Coder is bootstrapped, loaded by 40 workspaces and 100 connections, and left empty", async () => {
  await using coder = await startCoder();
  const connections = { total: 100, sshShare: 0.3, rampPerSecond: 200, holdMs: 500, commandsPerSecond: 50 };
  const task = loadTaskFor(coder, { users: 20, workspaces: 40, connections });
  const result = await localWorkerRunner().load(task, { signal, onEvent: () => undefined });

  expect(result).toMatchObject({
    failures: [],
    users: { created: 20, withWorkspace: 20, deleted: 20 },
    workspaces: { created: 40, ready: 40, succeeded: 40, failed: 0, deleted: 40 },
    builds: { capacity: 10, peakRunning: 10 },
    connections: { held: 100, heldTerminal: 70, heldSsh: 30, verified: 100, lost: 0 },
  });
});

test("a build that the emulated Coder fails is one failed workspace, and is deleted", async () => {
  await using coder = await startCoder(0.25);
  const task = loadTaskFor(coder, { connections: { total: 0 } });
  const result = await localWorkerRunner().load(task, { signal, onEvent: () => undefined });
  expect(result).toMatchObject({
    workspaces: { asked: 4, succeeded: 3, failed: 1, deleted: 4 },
    failures: [{ class: "build-failed", phase: "build", count: 1 }],
    users: { deleted: 2 },
  });
});

test("a drain removes everything that a stopped load leaves, running builds included", async () => {
  await using coder = await startCoder();
  const stop = new AbortController();
  const task = loadTaskFor(coder, { users: 10, workspaces: 30, connections: { total: 0 } });
  const result = await localWorkerRunner().load(task, {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === "progress" && event.progress.users > 0) stop.abort(new Error("Ctrl-C"));
    },
  });
  expect(result).toMatchObject({ stopped: true, workspaces: { deleted: 0 } });

  const deployment = { url: coder.url, ssh: "tunnel" } as const;
  const drained = await runDrain(
    { task: "drain", deployment, token: coder.token, admin, concurrency: 0, timeoutMs: 20_000 },
    context,
  );
  expect(drained).toMatchObject({ stopped: false, remaining: [] });
});
