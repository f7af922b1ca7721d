import { afterAll, beforeAll, expect, test } from "vitest";
import { planSchedule } from "../../../../reference-architectures/mixed/plan-schedule.ts";
import { scheduleSchema } from "../../../../reference-architectures/mixed/schedule.ts";
import type { LoadResult } from "../../../../harness/model/record/worker-result.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import type { Emulator } from "../../../../rehearsal/emulator/server.ts";
import { startCoderWith } from "../../../support/coder/coder-with-template.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

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
`;

/** All kinds of load: two begin in the first period, two others in the second, and a last period has none. */
const SCHEDULE = scheduleSchema.parse({
  name: "all kinds",
  periods: [
    { name: "T0", seconds: 1.5 },
    { name: "T1", seconds: 1.5 },
    { name: "T2", seconds: 1.5 },
    { name: "idle", seconds: 1.2 },
  ],
  loads: [
    {
      ...{ name: "ssh", kind: "ssh", from: "T0", to: "T1", users: 2, commandsPerMinute: 600 },
      greedy: { users: 1, bytesPerTick: 5_000, tickMs: 100 },
    },
    {
      ...{ name: "terminals", kind: "terminals", from: "T1", to: "T2", users: 3, connectionsPerUser: 2 },
      traffic: { bytesPerTick: 100, tickMs: 100 },
    },
    { name: "apps", kind: "apps", from: "T1", to: "T1", app: "wsec", users: 2, messagesPerMinute: 600 },
    { name: "dashboard", kind: "dashboard", from: "T2", to: "T2", pagesPerMinute: 120 },
    { name: "nine", kind: "builds", from: "T0", to: "T1", users: 1, startsPerMinute: 60 },
  ],
});

let coder: { readonly url: string; readonly token: string };
let emulator: Emulator;

beforeAll(async () => {
  ({ emulator, ...coder } = await startCoderWith(TEMPLATE, { env: { CODER_API_RATE_LIMIT: "-1" } }));
}, 60_000);

afterAll(() => emulator.close());

function taskOf(overrides: Partial<LoadTask> = {}): LoadTask {
  return loadTaskFor(coder, {
    ...{ prefix: "bench-mixed", users: 4, workspaces: 4, scenario: "mixed" },
    mixed: planSchedule(SCHEDULE, 4),
    ...overrides,
    connections: { total: 0 },
  });
}

/** The phases that each load measured in each of its periods. */
function measured({ mixed }: LoadResult, name: string): Record<string, string[]> {
  const load = mixed?.loads.find((one) => one.name === name);
  return Object.fromEntries(
    (load?.periods ?? []).map(({ period, histograms }) => [period, histograms.map(({ phase }) => phase)]),
  );
}

test("each load has figures in its own periods and no others, and holds its connections over them", async () => {
  const { result } = await runLoadHere(taskOf());
  expect(result.failures).toEqual([]);
  expect(result.mixed).toMatchObject({ asked: 11, held: 11 });
  const { ssh, apps, dashboard, nine } = Object.fromEntries(
    (result.mixed?.loads ?? []).map(({ name }) => [name, measured(result, name)]),
  );
  expect(ssh).toEqual({
    T0: ["ssh-handshake", "opening-command", "held-command"],
    // It was proved and closed before its last period ended.
    T1: ["held-command", "closing-command"],
  });
  expect(measured(result, "ssh-greedy")["T1"]).toContain("traffic-tick");
  expect(measured(result, "terminals")["T2"]).toEqual(["closing-command", "traffic-tick"]);
  expect(apps).toEqual({ T1: ["app-echo"] });
  expect(dashboard).toEqual({ T2: ["api-read"] });
  expect(nine?.["T0"]).toContain("start-workspace");
  expect(measured(result, "api-probe")).toEqual({
    T0: ["api-probe"],
    T1: ["api-probe"],
    T2: ["api-probe"],
    idle: ["api-probe"],
  });
}, 30_000);

test("a stop in the middle of a schedule ends every load, without failures", async () => {
  const stop = new AbortController();
  const { result } = await runLoadHere(taskOf(), {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === "progress" && event.progress.activity.startsWith("period T1"))
        stop.abort(new Error("Ctrl-C"));
    },
  });
  expect(result).toMatchObject({ stopped: true, failures: [], workspaces: { failed: 0, deleted: 0 } });
}, 30_000);

test("what the deployment lacks is refused before anything is created", async () => {
  const ssh = taskOf({ deployment: { url: coder.url, ssh: "none" } });
  await expect(runLoadHere(ssh)).rejects.toThrow('the schedule "all kinds" has loads of SSH');
  const apps = SCHEDULE.loads.map((load) => (load.kind === "apps" ? { ...load, app: "nope" } : load));
  const task = taskOf({ parameters: {}, mixed: planSchedule({ ...SCHEDULE, loads: apps }, 4) });
  await expect(runLoadHere(task)).rejects.toThrow('has no app "nope", expected one of wsec');
});
