import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Emulator } from "../../../../rehearsal/emulator/server.ts";
import { startEmulator } from "../../../../rehearsal/emulator/server.ts";
import type { WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import { loadResult } from "../../../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { findCoderUtility } from "../../../../harness/workload/coder-engine/find-utility.ts";
import { coderWorkerRunner } from "../../../../harness/workload/coder-engine/worker-runner.ts";
import {
  type FakeBinaryOptions,
  PLANTED_PASSWORD,
  writeFakeBinary,
} from "../../../support/coder/fake-coder-binary.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

let coder: { readonly url: string; readonly token: string };
let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({
    schemaVersion: 1,
    host: "127.0.0.1",
    port: 0,
    version: "2.31.0",
    replicas: 1,
    env: { CODER_PROVISIONER_DAEMONS: "10", CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true" },
    buildSpeed: 200,
    failBuilds: 0,
    licence: "none",
    seeded: true,
  });
  const { url, token = "" } = emulator.ready;
  coder = { url, token };
});
afterAll(() => emulator.close());

const CONNECTED = { total: 4, sshShare: 0, holdMs: 50 };
type Overrides = Parameters<typeof loadTaskFor>[1];

async function load(
  binaryOptions: FakeBinaryOptions,
  overrides: Overrides = {},
  env: NodeJS.ProcessEnv = process.env,
) {
  await using binary = await writeFakeBinary(binaryOptions);
  const reportsFolder = await mkdtemp(join(tmpdir(), "refbench-reports-"));
  onTestFinished(() => rm(reportsFolder, { recursive: true, force: true }));
  const stop = new AbortController();
  const utility = await findCoderUtility(binary.path, { env, signal: stop.signal });
  const events: WorkerEvent[] = [];
  const task: LoadTask = loadTaskFor(coder, {
    users: 4,
    workspaces: 4,
    connections: CONNECTED,
    ...overrides,
  });
  const running = coderWorkerRunner({ utility, env, graceMs: 200, reportsFolder }).load(task, {
    signal: stop.signal,
    onEvent: (event) => {
      events.push(event);
      const isThere = event.type === "progress" && event.progress.workspaces.ready === 4;
      if (isThere && binaryOptions.waits !== undefined) stop.abort(new Error("stopped by the test"));
    },
  });
  const result = await running;
  const reports = await Promise.all(
    (await readdir(reportsFolder)).map((name) => readFile(join(reportsFolder, name), "utf8")),
  );
  return { result, events, calls: await binary.calls(), reports };
}

/** Users and workspaces of Coder's utility that are there. */
async function left(): Promise<string[]> {
  const get = async (path: string): Promise<unknown> => {
    const headers = { "Coder-Session-Token": coder.token };
    return (await fetch(`${coder.url}/api/v2${path}`, { headers })).json();
  };
  const { workspaces } = (await get("/workspaces")) as { workspaces: { name: string }[] };
  const { users } = (await get("/users")) as { users: { username: string }[] };
  return [...workspaces.map(({ name }) => name), ...users.map(({ username }) => username)].filter((name) =>
    name.startsWith("scaletest-"),
  );
}

/** Tokens that loads minted for their probe. */
async function tokensLeft(): Promise<unknown[]> {
  const headers = { "Coder-Session-Token": coder.token };
  const tokens = await (await fetch(`${coder.url}/api/v2/users/me/keys/tokens`, { headers })).json();
  return (tokens as { token_name: string }[]).filter(({ token_name: name }) => name.startsWith("bench-"));
}

test("a load by Coder's utility has the shape of a load, and leaves nothing", async () => {
  const { result } = await load({});
  expect(loadResult.parse(result)).toMatchObject({
    stopped: false,
    users: { asked: 4, created: 4, withWorkspace: 4, deleted: 4 },
    workspaces: { asked: 4, created: 4, ready: 4, succeeded: 4, failed: 0, deleted: 4 },
    connections: { asked: 4, held: 4, heldTerminal: 4, heldSsh: 0, verified: 0, lost: 0, failed: 0 },
    failures: [],
    engine: { name: "coder", version: "v2.31.0", command: "coder exp scaletest", left: [] },
  });
  expect(result.connections.bytes).toEqual({ sent: 8000, received: 8192 });
  const counted = new Map(result.histograms.map(({ phase, basis, count }) => [`${phase} ${basis}`, count]));
  for (const phase of ["coder-run", "build-queue", "build", "agent-connect", "delete-workspace"])
    expect(counted.get(`${phase} raw`), phase).toBe(4);
  expect(await left()).toEqual([]);
});

test("a setting that it cannot express is named in this task's words", async () => {
  const { result } = await load({}, { connections: { ...CONNECTED, total: 40, sshShare: 0.25 } });
  const words = result.engine?.notComparable.join("\n") ?? "";
  for (const part of ["without a run id", "one duration per run", "(4 of 40)", "0.25 SSH", "nonce"])
    expect(words).toContain(part);
  expect(result.connections.asked).toBe(4);
});

test("it is given the template's defaults too, since it asks its terminal for each parameter", async () => {
  const { result } = await load({}, { parameters: {}, connections: { ...CONNECTED, total: 0 } });
  expect(result.failures).toEqual([]);
  expect(result.workspaces).toMatchObject({ succeeded: 4, deleted: 4 });
});

test("neither a password that it logs nor a token is stored or reported", async () => {
  const failing = {
    1: `create user: POST /users {"password":"${PLANTED_PASSWORD}"} Password: ${PLANTED_PASSWORD}`,
  };
  const { result, events, reports } = await load({ failing });
  expect(reports).toHaveLength(2);
  expect(reports.join("")).toContain("Creating user");
  for (const secret of [PLANTED_PASSWORD, coder.token])
    for (const text of [JSON.stringify(result), JSON.stringify(events), ...reports])
      expect(text).not.toContain(secret);
});

test("a connection that read 0 bytes has failed, however the utility counted it", async () => {
  const { result } = await load({ silent: [1, 2], broken: { 3: "read from agent: EOF" } });
  expect(result.connections).toMatchObject({ asked: 4, held: 1, lost: 1, failed: 2 });
  expect(result.failures).toMatchObject([
    { class: "silent-connection", count: 2 },
    { class: "connection-lost", count: 1 },
  ]);
});

test("runs that fail are counted by their class, and their workspaces are deleted as the others", async () => {
  const { result } = await load({
    failing: {
      0: 'run reconnecting pty: expected string "hello" not found',
      2: "wait for agent: context deadline exceeded",
    },
  });
  expect(result.workspaces).toMatchObject({ asked: 4, succeeded: 2, failed: 2, deleted: 4 });
  expect(result.failures.map(({ class: name }) => name).sort()).toEqual(["agent-timeout", "wrong-output"]);
});

test("URL and session are passed only by environment, in a separate folder, without anything of the user's Coder", async () => {
  const env = {
    ...process.env,
    CODER_SCALETEST_COUNT: "999",
    CODER_SCALETEST_OUTPUTS: "json",
    CODER_CONFIG_DIR: "/mine",
  };
  const { calls } = await load({}, {}, env);
  expect(calls.map(({ args }) => args.includes("create-workspaces"))).toEqual([true, false]);
  for (const { args, env: childEnv } of calls) {
    expect(args.join(" ")).not.toContain(coder.token);
    expect(args.join(" ")).not.toContain(coder.url);
    expect(args[0]).toBe("--global-config");
    expect(
      Object.keys(childEnv)
        .filter((name) => name.startsWith("CODER_"))
        .sort(),
    ).toEqual(["CODER_NO_FEATURE_WARNING", "CODER_NO_VERSION_WARNING", "CODER_SESSION_TOKEN", "CODER_URL"]);
  }
  expect(calls[0]?.args).toEqual(
    expect.arrayContaining([
      "--count=4",
      "--template=kubernetes",
      "--concurrency=0",
      "--no-cleanup",
      "--run-expect-output=hello",
    ]),
  );
});

test("a stop ends the utility and deletes just what it had made, also when it is deaf to Ctrl-C", async () => {
  for (const waits of ["listening", "deaf"] as const) {
    const { result, calls } = await load({ waits, failing: { 1: "wait for agent: context canceled" } });
    expect(result, waits).toMatchObject({ stopped: true, workspaces: { created: 4, deleted: 4 } });
    expect(calls, waits).toHaveLength(1);
    expect(() => process.kill(calls[0]!.pid, 0), waits).toThrow("ESRCH");
    expect(await left(), waits).toEqual([]);
    expect(result.failures, waits).toEqual([]);
    expect(await tokensLeft(), waits).toEqual([]);
  }
});

test("a utility that dies without a report fails the load by its last words, and what it made is deleted", async () => {
  await expect(load({ dies: `panic: no more (token ${coder.token})` })).rejects.toThrow(
    /"coder exp scaletest create-workspaces" ended with 1 and without a report: panic: no more \(token \*\*\*\)/,
  );
  expect(await left()).toEqual([]);
});

test("another's workspaces of its name get no traffic and no cleanup", async () => {
  const kept = await load({}, { workspaces: 2, users: 2, keep: true, connections: { total: 0 } });
  expect(kept.result.workspaces).toMatchObject({ created: 2, deleted: 0 });
  const others = await left();
  expect(others).toHaveLength(4);
  await expect(load({})).rejects.toThrow(/2 workspaces named scaletest-… already exist/);
  const { result } = await load({}, { connections: { total: 0 } });
  expect(result.workspaces).toMatchObject({ created: 4, deleted: 4 });
  expect(await left()).toEqual(others);
  // Without a report there are no names to tell by.
  await expect(load({ dies: "panic" }, { connections: { total: 0 } })).rejects.toThrow("panic");
  expect(await left()).toEqual(others);

  const existing = { namePrefix: "scaletest-" };
  const traffic = await load({}, { existing, connections: { total: 1, sshShare: 0, holdMs: 50 } });
  expect(traffic.result.connections).toMatchObject({ asked: 1, held: 1 });
  expect(await left()).toEqual(others);
});

test("a task that it cannot do at all is refused before anything is made", async () => {
  const refusals: [Overrides, RegExp][] = [
    [{ arrival: [{ perSecond: 1, seconds: 1 }] }, /arrivals on a schedule/],
    [{ scenario: "herd" }, /scenario herd/],
    [{ existing: { namePrefix: "bench-" } }, /it did not create/],
    [{ agent: "main" }, /agent by name/],
  ];
  for (const [overrides, message] of refusals) await expect(load({}, overrides)).rejects.toThrow(message);
  const unconnected = { connections: { total: 0 } };
  await expect(load({ without: ["retry"] }, { ...unconnected, retries: 1 })).rejects.toThrow(
    /has no --retry, which this load needs/,
  );
  const before = await left();
  await expect(load({ without: ["ssh"] }, { connections: { ...CONNECTED, sshShare: 1 } })).rejects.toThrow(
    /has no --ssh/,
  );
  expect(await left()).toEqual(before);
});
