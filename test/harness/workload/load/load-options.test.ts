import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import type { AnswerFault } from "../../../../rehearsal/emulator/faults.ts";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import type { Phase } from "../../../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { answering, changing, refusing, withFields } from "../../../support/coder/coder-faults.ts";
import { templateWith } from "../../../support/coder/templates.ts";
import { type CoderOptions, startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

const ENTITLEMENTS = /^GET \/entitlements$/;
const CONFIG = /^GET \/deployment\/config$/;
const TEMPLATES = /^GET \/organizations\/[^/]+\/templates/;
const VERSION = /^GET \/templateversions\/[^/]+$/;
const EXTERNAL_AUTH = /^GET \/templateversions\/[^/]+\/external-auth$/;
const TIMINGS = /^GET \/workspacebuilds\/[^/]+\/timings$/;

/** A Coder that does not evaluate parameters. */
const STATIC_PARAMETERS = refusing(/\/dynamic-parameters\/evaluate$/, 404);

/** Coder refuses the value of the parameter, and shows the values that it was given. */
const refusingValues: AnswerFault = {
  call: /\/dynamic-parameters\/evaluate$/,
  play: ({ body }) => {
    const { inputs } = JSON.parse(body.toString()) as { readonly inputs: unknown };
    const diagnostics = [{ severity: "error", summary: "Invalid value", detail: JSON.stringify(inputs) }];
    const json = { diagnostics: [], parameters: [{ name: "home_disk_size", diagnostics }] };
    return Promise.resolve({ status: 200, json });
  },
};

const instant = (ms: number): string => new Date(Date.UTC(2026, 10, 30) + ms).toISOString();

/** Timings of a build as Coder shows them, milliseconds from the build's start. */
const timings = answering(TIMINGS, {
  provisioner_timings: [
    { stage: "init", resource: "coder_stage_init", from: 0, to: 1000 },
    { stage: "init", resource: "provider plugins", from: 200, to: 800 },
    { stage: "plan", resource: "coder_stage_plan", from: 1000, to: 3000 },
    { stage: "graph", resource: "state file dependency graph", from: 3000, to: 3100 },
    { stage: "graph", resource: "parse terraform modules", from: 3200, to: 3500 },
    { stage: "apply", resource: "coder_stage_apply", from: 3500, to: 4000 },
  ].map(({ from, to, ...row }) => ({ ...row, started_at: instant(from), ended_at: instant(to) })),
  agent_script_timings: null,
});

/** An agent that connects 700 ms after its build, and is ready 300 ms after the start of its script. */
const agentTimes = changing(/^GET \/workspaces\/[^/]+$/, (workspace: TimedWorkspace) => {
  const { job, resources } = workspace.latest_build;
  const after = (ms: number): string => new Date(Date.parse(job.completed_at ?? "") + ms).toISOString();
  if (job.completed_at !== undefined)
    for (const agent of resources.flatMap(({ agents = [] }) => agents))
      Object.assign(agent, {
        ...{ first_connected_at: after(700), started_at: after(800), ready_at: after(1100) },
      });
  return workspace;
});

interface TimedWorkspace {
  readonly latest_build: {
    readonly job: { readonly completed_at?: string };
    readonly resources: readonly { readonly agents?: readonly object[] }[];
  };
}

/** Calls that make nothing that stays, though they are a POST. */
const QUESTION = /\/(keys\/tokens|dynamic-parameters\/evaluate|validate-password)$/;
const FEW = { connections: { total: 0 }, workspaces: 2 } as const;
const APP: NonNullable<LoadTask["app"]> = {
  ...{ slug: "wsec", by: "path", connections: 1, messagesPerSecond: 1 },
  ...{ messageBytes: 64, forMs: 100 },
};
type Overrides = Parameters<typeof loadTaskFor>[1];

describe("before anything is created a load is refused", () => {
  const cases: readonly [string, CoderOptions, Overrides, RegExp][] = [
    [
      "a parameter that the template does not know",
      {},
      { parameters: { home_disk_size: "1", home: "x" } },
      /"home"/,
    ],
    [
      "a parameter that is missing",
      { template: templateWith(), answers: [STATIC_PARAMETERS] },
      { parameters: {} },
      /"home_disk_size" is missing/,
    ],
    [
      "a parameter of another type",
      { answers: [STATIC_PARAMETERS] },
      { parameters: { home_disk_size: "ten" } },
      /expected a number/,
    ],
    [
      "a template that does not exist",
      {},
      { template: "kubernetes2" },
      /no template "kubernetes2".*kubernetes/,
    ],
    [
      "a preset that does not exist",
      { template: templateWith() },
      { presetId: "large" },
      /no preset "large", expected [0-9a-f-]{36} \(small\)/,
    ],
    [
      "an agent that does not exist",
      { template: templateWith({ agents: ["main", "gpu"] }) },
      { agent: "cpu" },
      /no agent "cpu", expected one of main, gpu/,
    ],
    [
      "an app that the template does not have",
      { template: templateWith({ hasParameter: false }) },
      { parameters: {}, app: APP },
      /no app "wsec", expected one of main-echo/,
    ],
    [
      "an app of another agent than the one that is reached",
      { template: templateWith({ agents: ["main", "gpu"], hasParameter: false }) },
      { parameters: {}, agent: "gpu", app: { ...APP, slug: "main-echo" } },
      /no app "main-echo", expected one of gpu-echo/,
    ],
    [
      "a template whose users must be logged in elsewhere",
      { answers: [answering(EXTERNAL_AUTH, [{ id: "github", authenticated: true }])] },
      {},
      /logged in at github: the load's users cannot/,
    ],
    [
      "a browser-only deployment that is to be reached by SSH",
      { answers: [answering(ENTITLEMENTS, { features: { browser_only: { enabled: true } } })] },
      {},
      /only allows browser connections.*--ssh none/,
    ],
    [
      "more users than the licence has seats",
      {
        answers: [
          answering(ENTITLEMENTS, { features: { user_limit: { enabled: true, limit: 100, actual: 99 } } }),
        ],
      },
      {},
      /1 of 100 seats free, but the load creates 2 users/,
    ],
    [
      "values that Coder does not take",
      { answers: [refusingValues] },
      {},
      /"home_disk_size" is "10": Invalid value: \{"home_disk_size":"10"\}/,
    ],
    [
      "a template that is deprecated",
      { answers: [withFields(TEMPLATES, { deprecated: true, deprecation_message: "use k8s-2" })] },
      {},
      /template kubernetes is deprecated \(use k8s-2\)/,
    ],
    [
      "a template whose workspaces stop before the load's end",
      { answers: [withFields(TEMPLATES, { allow_user_autostop: false, default_ttl_ms: 60_000 })] },
      { connections: { total: 4, holdMs: 600_000 } },
      /stops its workspaces after 1 min.*takes at least 10 min/,
    ],
    [
      "a version that was not imported",
      {
        answers: [
          withFields(VERSION, {
            job: { status: "failed", created_at: "2026-11-30T00:00:00Z", error: "exit status 1" },
          }),
          answering(/^GET \/templateversions\/[^/]+\/logs$/, [
            { output: "Initializing", log_level: "info" },
            { output: "\u001b[31mError: no such module\u001b[0m", log_level: "error" },
          ]),
        ],
      },
      {},
      /could not be imported, exit status 1: Error: no such module: push it again/,
    ],
    [
      "a version that is archived",
      { answers: [withFields(VERSION, { archived: true })] },
      {},
      /active version of template kubernetes is archived/,
    ],
    [
      "an external agent that nobody starts",
      { answers: [withFields(VERSION, { has_external_agent: true })] },
      {},
      /external agent.*--no-wait-for-agents/,
    ],
    [
      "a Windows agent",
      { template: templateWith({ system: "windows" }) },
      {},
      /agent main of template kubernetes runs Windows/,
    ],
    [
      "logins of users where there are no passwords",
      { answers: [answering(CONFIG, { config: { disable_password_auth: true } })] },
      { login: "login" },
      /accepts no passwords.*omit --login-each/,
    ],
    [
      "logins of users where passwords have other rules",
      { answers: [answering(/^POST \/users\/validate-password$/, { valid: false, details: "too common" })] },
      { login: "login" },
      /does not accept refbench's passwords \(too common\)/,
    ],
    [
      "tokens that end before the load",
      { env: { CODER_MAX_TOKEN_LIFETIME: "1m", CODER_MAX_ADMIN_TOKEN_LIFETIME: "1m" } },
      { connections: { total: 4, holdMs: 600_000 } },
      /tokens live at most 1 min.*takes at least 10 min: raise CODER_MAX_TOKEN_LIFETIME/,
    ],
    [
      "a range of workspaces that nothing is in",
      {},
      { existing: { namePrefix: "none-" } },
      /no running workspace.*"none-"/,
    ],
  ];

  test.each(cases)("for %s", async (_title, options, overrides, reason) => {
    await using coder = await startEmulatedCoder(options);
    const running = runLoadHere(loadTaskFor(coder, { ...FEW, ...overrides }));
    await expect(running).rejects.toThrow(reason);
    await expect(running).rejects.toThrow(RefbenchError);
    expect(coder.calls.filter((call) => call.startsWith("POST") && !QUESTION.test(call))).toEqual([]);
    expect(coder.tokensLeft()).toEqual([]);
  });
});

test("a scenario that is not there is refused before anything is created", async () => {
  await using coder = await startEmulatedCoder();
  const task = { ...loadTaskFor(coder, FEW), scenario: "unheard-of" } as unknown as LoadTask;
  await expect(runLoadHere(task)).rejects.toThrow(/unknown scenario "unheard-of"/);
  expect(coder.calls).toEqual([]);
});

test("site admins without access to others' workspaces are not an obstacle, and this is reported", async () => {
  await using coder = await startEmulatedCoder({
    answers: [answering(CONFIG, { config: { disable_owner_workspace_exec: true } })],
  });
  const { result, events } = await runLoadHere(loadTaskFor(coder, FEW));
  expect(result.workspaces.succeeded).toBe(2);
  expect(events).toContainEqual({
    type: "note",
    message: expect.stringMatching(/site admins have no access/),
  });
});

test("an app that may depend on the given parameters is looked for in the workspaces, and this is reported beforehand", async () => {
  await using coder = await startEmulatedCoder();
  const { result, events } = await runLoadHere(loadTaskFor(coder, { ...FEW, scenario: "apps", app: APP }));
  const message = expect.stringMatching(/before the given parameters apply.*no app "wsec"/) as string;
  expect(events).toContainEqual({ type: "note", message });
  expect(result.failures).toEqual([
    expect.objectContaining({ class: "connect-refused", phase: "app-echo", count: 2 }),
  ]);
});

test("a caller's exhausted quota is reported before the load", async () => {
  await using coder = await startEmulatedCoder({
    answers: [answering(/\/workspace-quota$/, { credits_consumed: 5, budget: 5 })],
  });
  const { events } = await runLoadHere(loadTaskFor(coder, { ...FEW, login: "host" }));
  expect(events[0]).toEqual({ type: "note", message: expect.stringMatching(/quota is used up \(5 of 5\)/) });
});

test("a caller with the login that the template needs may use it", async () => {
  await using coder = await startEmulatedCoder({
    answers: [answering(EXTERNAL_AUTH, [{ id: "github", authenticated: true }])],
  });
  const { result } = await runLoadHere(loadTaskFor(coder, { ...FEW, login: "host" }));
  expect(result.workspaces.succeeded).toBe(2);
});

test("with the caller's own user no user is created or deleted, and all workspaces are the caller's", async () => {
  await using coder = await startEmulatedCoder();
  const { result } = await runLoadHere(loadTaskFor(coder, { login: "host", workspaces: 3 }));
  expect(result.users).toEqual({ asked: 2, created: 0, withWorkspace: 1, deleted: 0 });
  expect(result.workspaces).toMatchObject({ succeeded: 3, deleted: 3 });
  expect(coder.calls.filter((call) => /^(POST|DELETE) \/users(\/\{id\})?$/.test(call))).toEqual([]);
  expect(coder.tokensLeft()).toEqual([]);
});

test("users may log in themselves instead of getting a minted token", async () => {
  await using coder = await startEmulatedCoder();
  const { result } = await runLoadHere(loadTaskFor(coder, { ...FEW, login: "login" }));
  expect(result.workspaces.succeeded).toBe(2);
  expect(coder.calls.filter((call) => call === "POST /users/login")).toHaveLength(2);
  expect(coder.tokensLeft()).toEqual([]);
  // The probe's alone.
  expect(coder.calls.filter((call) => call.endsWith("/keys/tokens"))).toHaveLength(1);
});

test("kept workspaces stay, without the tokens of the load", async () => {
  await using coder = await startEmulatedCoder();
  const { result } = await runLoadHere(loadTaskFor(coder, { ...FEW, keep: true }));
  expect(result.workspaces).toMatchObject({ succeeded: 2, deleted: 0 });
  expect(coder.workspacesLeft()).toEqual(["bench-t-0", "bench-t-1"]);
  expect(coder.usersLeft()).toEqual(["bench-t-0", "bench-t-1"]);
  expect(coder.tokensLeft()).toEqual([]);
});

test("users of an earlier run are used again and kept, and those that are missing are made", async () => {
  await using coder = await startEmulatedCoder();
  await runLoadHere(loadTaskFor(coder, { ...FEW, users: 1, workspaces: 0, keep: true }));
  const { result } = await runLoadHere(loadTaskFor(coder, { ...FEW, reuseUsers: true }));
  expect(result.workspaces).toMatchObject({ succeeded: 2, deleted: 2 });
  expect(result.users).toMatchObject({ asked: 2, created: 2, deleted: 0 });
  expect(coder.calls.filter((call) => call === "POST /users")).toHaveLength(2);
  expect([coder.usersLeft().length, coder.tokensLeft()]).toEqual([2, []]);
});

test("a failed build is retried as often as the task allows, and each failure is counted", async () => {
  await using coder = await startEmulatedCoder({
    faults: { failFirstBuild: ["bench-t-0"], failBuild: ["bench-t-1"] },
  });
  const { result } = await runLoadHere(loadTaskFor(coder, { ...FEW, retries: 2 }));
  expect(result.workspaces).toMatchObject({ succeeded: 1, failed: 1, deleted: 2 });
  expect(result.failures).toContainEqual(expect.objectContaining({ class: "build-failed", count: 1 + 3 }));
});

test("a workspace counts as ready before its agents when it is to", async () => {
  await using coder = await startEmulatedCoder({ faults: { stuckAgent: ["bench-t-0"] } });
  const { result } = await runLoadHere(loadTaskFor(coder, { ...FEW, skipAgents: true }));
  expect(result.workspaces).toMatchObject({ succeeded: 2, failed: 0 });
});

test("the requested one of several agents is reached", async () => {
  await using coder = await startEmulatedCoder({ template: templateWith({ agents: ["main", "gpu"] }) });
  const { result } = await runLoadHere(loadTaskFor(coder, { ...FEW, agent: "gpu" }));
  expect(result.workspaces.succeeded).toBe(2);
  expect(coder.reachedAgents()).toEqual(["gpu", "gpu", "gpu", "gpu"]);
});

test("a refused quota and a missing seat have separate classes, with the next step", async () => {
  await using coder = await startEmulatedCoder({ faults: { noQuota: ["bench-t-0"], noSeat: ["bench-t-1"] } });
  const { result } = await runLoadHere(loadTaskFor(coder, FEW));
  const example = (step: string) => expect.stringContaining(step) as string;
  expect(result.failures).toContainEqual(
    expect.objectContaining({
      class: "quota-exhausted",
      phase: "build",
      example: example("raise the quota"),
    }),
  );
  expect(result.failures).toContainEqual(
    expect.objectContaining({
      class: "seats-exhausted",
      phase: "create-user",
      example: example("free seats"),
    }),
  );
});

describe("workspaces that exist", () => {
  async function withExisting() {
    const coder = await startEmulatedCoder();
    for (const name of ["team-a", "team-b", "other", "team-c"]) await coder.addWorkspace(name, "running");
    await coder.addWorkspace("team-d", "stopped");
    return coder;
  }

  test("are visited and connected to, and nothing is created or deleted but tokens", async () => {
    await using coder = await withExisting();
    const task = loadTaskFor(coder, { existing: { namePrefix: "team-" }, workspaces: 0 });
    const { result, events } = await runLoadHere(task);
    expect(result.failures).toEqual([]);
    expect(result.workspaces).toEqual({
      asked: 3,
      created: 0,
      ready: 3,
      succeeded: 3,
      failed: 0,
      deleted: 0,
    });
    expect(result.connections).toMatchObject({ held: 8, verified: 8 });
    expect(events).toContainEqual({
      type: "note",
      message: expect.stringContaining("1 of 4 workspaces are not running"),
    });
    expect(coder.workspacesLeft()).toHaveLength(5);
    expect(coder.calls.filter((call) => /^POST/.test(call) && !call.endsWith("/keys/tokens"))).toEqual([]);
    expect(coder.tokensLeft()).toEqual([]);
  });

  test("are taken by their range in the listing", async () => {
    await using coder = await withExisting();
    const existing = { namePrefix: "team-", from: 1, to: 2 };
    const { result } = await runLoadHere(loadTaskFor(coder, { existing, connections: { total: 0 } }));
    expect(result.workspaces).toMatchObject({ asked: 1, succeeded: 1 });
  });

  test("give back the tokens also when the load is stopped", async () => {
    await using coder = await withExisting();
    const stop = new AbortController();
    const task = loadTaskFor(coder, { existing: { namePrefix: "team-" }, connections: { holdMs: 60_000 } });
    const { result } = await runLoadHere(task, {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === "progress" && event.progress.activity === "holding")
          stop.abort(new Error("Ctrl-C"));
      },
    });
    expect(result.stopped).toBe(true);
    expect(coder.tokensLeft()).toEqual([]);
  });
});

describe("the stages of a build", () => {
  const p100 = async (options: CoderOptions, phase: Phase): Promise<number | undefined> => {
    await using coder = await startEmulatedCoder(options);
    const { result } = await runLoadHere(loadTaskFor(coder, FEW));
    const found = result.histograms.find((one) => one.phase === phase);
    return found && Math.round(decodeFromCompressedBase64(found.hdr).maxValue / 10_000) * 10;
  };

  test.each<[Phase, number]>([
    ["build-init", 1000],
    ["build-plan", 2000],
    // Without a row of Coder's own: from the first to the last.
    ["build-graph", 500],
    ["build-apply", 500],
    ["agent-connect", 700],
    ["agent-ready", 300],
  ])("%s took as long as Coder reports", async (phase, milliseconds) => {
    expect(await p100({ answers: [timings, agentTimes] }, phase)).toBe(milliseconds);
  });

  test("are omitted, with one note, if Coder keeps no timings", async () => {
    await using coder = await startEmulatedCoder({ answers: [refusing(TIMINGS, 404)] });
    const { result, events } = await runLoadHere(loadTaskFor(coder, FEW));
    expect(result.histograms.filter(({ phase }) => phase.startsWith("build-p"))).toEqual([]);
    expect(events.filter((event) => event.type === "note")).toEqual([
      { type: "note", message: expect.stringContaining("has no timings of builds") },
    ]);
  });
});

test("traffic is counted by the pieces that were due, also over connections that are gone", async () => {
  await using coder = await startEmulatedCoder({ faults: { shell: { "bench-t-1": "hangs-up" } } });
  const task = loadTaskFor(coder, {
    connections: { total: 4, sshShare: 0, holdMs: 800, commandsPerSecond: 0 },
    traffic: { bytesPerTick: 100, tickMs: 100 },
  });
  const { result } = await runLoadHere(task);
  const { due = 0, back = 0 } = result.connections.traffic ?? {};
  expect(due).toBe(4 * 8);
  expect(back).toBeGreaterThan(0);
  expect(back).toBeLessThan(due);
});

test("a task without any option is as it ever was", async () => {
  await using coder = await startEmulatedCoder();
  const task: LoadTask = loadTaskFor(coder, FEW);
  const { result } = await runLoadHere(task);
  expect(result.failures).toEqual([]);
  // It has no schedule, so that nothing can be said of how one was kept.
  expect(result.arrivals).toBeUndefined();
  expect(coder.tokensLeft()).toEqual([]);
});
