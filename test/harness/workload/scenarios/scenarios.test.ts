import { afterAll, beforeAll, expect, test } from "vitest";
import { CoderClient } from "../../../../harness/coder/client.ts";
import { CoderHttp } from "../../../../harness/coder/http/http.ts";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import type { WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import type { LoadResult, Phase } from "../../../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import type { Emulator } from "../../../../rehearsal/emulator/server.ts";
import { startCoderWith } from "../../../support/coder/coder-with-template.ts";
import { listUsers, listWorkspaces } from "../../../../harness/workload/context/listing.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

const signal = new AbortController().signal;

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
resource "coder_app" "wsec" {
  agent_id = coder_agent.main.id
  slug     = "wsec"
}
resource "coder_app" "discard" {
  agent_id = coder_agent.main.id
  slug     = "wsdi"
}
`;

let coder: { readonly url: string; readonly token: string };
let admin: CoderClient;
let emulator: Emulator;
let http: CoderHttp;
let loads = 0;

beforeAll(async () => {
  ({ emulator, ...coder } = await startCoderWith(TEMPLATE, { env: { CODER_API_RATE_LIMIT: "60" } }));
  const { url, token } = coder;
  http = new CoderHttp({ url, clock: systemClock });
  admin = new CoderClient(http, { token, isSiteAdmin: true }, signal);
}, 60_000);

afterAll(async () => {
  await http.close();
  await emulator.close();
});

/** Four workspaces of two users, one connection held. */
function taskOf(overrides: Partial<Omit<LoadTask, "connections">>): LoadTask {
  const connections = { total: 1, sshShare: 0, holdMs: 50, commandsPerSecond: 0, rampPerSecond: 200 };
  return loadTaskFor(coder, { prefix: `bench-t${loads++}`, ...overrides, connections });
}

function counts(result: LoadResult, phase: Phase): number {
  return result.histograms.find((one) => one.phase === phase && one.basis === "intended")?.count ?? 0;
}

async function left(task: LoadTask): Promise<string[]> {
  const [users, workspaces] = [await listUsers(admin), await listWorkspaces(admin)];
  if (!users.ok || !workspaces.ok) throw new Error("the emulator does not list");
  const names = [...users.value.map(({ username }) => username), ...workspaces.value.map(({ name }) => name)];
  return names.filter((name) => name.startsWith(`${task.prefix}-`));
}

/** Stops the load when it does this. */
async function stoppedWhile(task: LoadTask, activity: string): Promise<LoadResult> {
  const stop = new AbortController();
  const onEvent = (event: WorkerEvent): void => {
    if (event.type === "progress" && event.progress.activity === activity) stop.abort(new Error("Ctrl-C"));
  };
  const { result } = await runLoadHere(task, { signal: stop.signal, onEvent });
  return result;
}

test.each([
  ["at once", {}],
  ["on a schedule", { arrival: [{ perSecond: 40, seconds: 1 }] }],
])(
  "a herd stops every workspace, starts it again %s, and proves each by its command",
  async (_when, herd) => {
    const task = taskOf({ scenario: "herd", herd });
    const { result } = await runLoadHere(task);
    expect(result.failures).toEqual([]);
    expect(result.workspaces).toMatchObject({ asked: 4, succeeded: 4, failed: 0, deleted: 4 });
    for (const phase of ["stop-workspace", "start-workspace"] as const) expect(counts(result, phase)).toBe(4);
    // Once after their creation, once after the start.
    expect(counts(result, "command")).toBe(8);
    expect(counts(result, "build")).toBe(8);
    expect(result.connections.held).toBe(1);
    expect(await left(task)).toEqual([]);
  },
);

test("workspaces that were there before a herd run again after it, also when it is stopped in the middle", async () => {
  const kept = taskOf({ keep: true });
  await runLoadHere(kept);
  const task = taskOf({ scenario: "herd", existing: { namePrefix: `${kept.prefix}-` } });
  const { result } = await runLoadHere(task);
  expect(result.failures).toEqual([]);
  expect(counts(result, "start-workspace")).toBe(4);
  const stopped = await stoppedWhile(
    { ...task, herd: { arrival: [{ perSecond: 0.001, seconds: 1 }] } },
    "starting workspaces",
  );
  expect(stopped.stopped).toBe(true);
  await expect.poll(() => transitions(kept)).toEqual(["start", "start", "start", "start"]);
});

async function transitions(task: LoadTask): Promise<string[]> {
  const all = await listWorkspaces(admin);
  if (!all.ok) return [];
  const own = all.value.filter(({ name }) => name.startsWith(`${task.prefix}-`));
  return own.map(({ latest_build: build }) => build.transition);
}

test("the dashboard is read by every user at its pace, whatever became of the page before", async () => {
  const task = taskOf({ scenario: "dashboard", dashboard: { pagesPerMinute: 360, forMs: 1_000 } });
  const { result } = await runLoadHere(task);
  expect(result.failures).toEqual([]);
  // Two users with six pages a second: of three kinds with 7, 9 and 7 reads.
  expect(counts(result, "api-read")).toBe(4 * (7 + 9 + 7));
  expect(await left(task)).toEqual([]);
});

const app: NonNullable<LoadTask["app"]> = {
  ...{ slug: "wsec", by: "path", connections: 8, messagesPerSecond: 100, messageBytes: 200, forMs: 500 },
};

test("sockets to apps carry every message and return it unchanged", async () => {
  const task = taskOf({ scenario: "apps", app });
  const { result } = await runLoadHere(task);
  expect(result.failures).toEqual([]);
  expect(result.apps).toEqual({ asked: 8, held: 8, echoed: 8 + 50 });
  expect(counts(result, "app-echo")).toBe(8 + 50);
  expect(await left(task)).toEqual([]);
});

test("an app that sends nothing back has held nothing", async () => {
  const timeouts = { ...taskOf({}).timeouts, commandMs: 4_000 };
  const { result } = await runLoadHere(taskOf({ scenario: "apps", app: { ...app, slug: "wsdi" }, timeouts }));
  expect(result.apps).toEqual({ asked: 8, held: 0, echoed: 0 });
  expect(result.failures).toEqual([
    expect.objectContaining({ class: "silent-connection", phase: "app-echo", count: 8 }),
  ]);
});

test("a slug that workspaces do not have is named with those that they have", async () => {
  const kept = taskOf({ keep: true });
  await runLoadHere(kept);
  const existing = { namePrefix: `${kept.prefix}-` };
  const { result } = await runLoadHere(taskOf({ scenario: "apps", app: { ...app, slug: "nope" }, existing }));
  expect(result.failures[0]).toMatchObject({ phase: "app-echo", count: 4 });
  expect(result.failures[0]?.example).toContain('has no app "nope", it has wsec, wsdi');
});

test("subdomains are refused if the deployment has none", async () => {
  const task = taskOf({ scenario: "apps", app: { ...app, by: "subdomain" } });
  await expect(runLoadHere(task)).rejects.toMatchObject({ code: "usage" });
});

test.each<["herd" | "dashboard" | "apps", string, Partial<Pick<LoadTask, "herd" | "dashboard" | "app">>]>([
  ["herd", "starting workspaces", { herd: { arrival: [{ perSecond: 0.001, seconds: 1 }] } }],
  ["dashboard", "reading the dashboard", { dashboard: { pagesPerMinute: 60, forMs: 600_000 } }],
  ["apps", "talking to apps", { app: { ...app, forMs: 600_000 } }],
])("a stop ends the scenario %s in the middle, without failures", async (scenario, activity, more) => {
  const result = await stoppedWhile(taskOf({ scenario, ...more }), activity);
  expect(result).toMatchObject({ stopped: true, failures: [], workspaces: { failed: 0, deleted: 0 } });
});

test.each(["dashboard", "apps"] as const)(
  "the scenario %s asks for its data before anything is created",
  async (scenario) => {
    const task = taskOf({ scenario });
    await expect(runLoadHere(task)).rejects.toMatchObject({ code: "usage" });
    expect(await left(task)).toEqual([]);
  },
);

// The last one: the address of all tests is limited from here on.
test("reads beyond the rate limit are failures of their class, and are not sent again", async () => {
  const task = taskOf({
    users: 1,
    workspaces: 1,
    scenario: "dashboard",
    dashboard: { pagesPerMinute: 6_000, forMs: 1_000 },
  });
  const { result } = await runLoadHere(task);
  // The probe is limited too, beside an address that reads so much.
  const limited = result.failures.find(({ phase }) => phase === "api-read");
  expect(limited).toMatchObject({ class: "rate-limited", phase: "api-read" });
  const reads = (100 / 3) * (7 + 9 + 7);
  // The histogram counts refused attempts too.
  expect(counts(result, "api-read")).toBeGreaterThan(reads - 9);
  expect(counts(result, "api-read")).toBeLessThan(reads + 9);
});
