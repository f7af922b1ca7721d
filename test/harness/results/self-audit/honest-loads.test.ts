import { afterAll, beforeAll, expect, test } from "vitest";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { selfAudit } from "../../../../harness/results/self-audit/self-audit.ts";
import { finishMerge, mergeResults } from "../../../../harness/workload/parts/merge-results.ts";
import { splitLoad } from "../../../../harness/workload/parts/split-load.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { recordOfResult } from "../../../support/results/record-of-result.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

let coder: Awaited<ReturnType<typeof startEmulatedCoder>>;
let failing: Awaited<ReturnType<typeof startEmulatedCoder>>;
let loads = 0;

beforeAll(async () => {
  coder = await startEmulatedCoder();
  failing = await startEmulatedCoder({ failBuilds: 0.4 });
}, 60_000);
afterAll(async () => {
  await coder[Symbol.asyncDispose]();
  await failing[Symbol.asyncDispose]();
});

type Wish = Parameters<typeof loadTaskFor>[1];

const CASES: readonly (readonly [string, Wish & { readonly fails?: boolean }])[] = [
  ["whose queue forms", { users: 4, workspaces: 16, connections: { total: 16 } }],
  ["with traffic", { traffic: { bytesPerTick: 200, tickMs: 50 } }],
  ["on a schedule", { arrival: [{ perSecond: 20, seconds: 1 }] }],
  ["that does not wait for agents", { skipAgents: true, connections: { total: 0 } }],
  ["of stops and starts", { scenario: "herd", herd: {} }],
  ["of dashboards", { scenario: "dashboard", dashboard: { pagesPerMinute: 600, forMs: 300 } }],
  ["whose builds fail and are tried again", { fails: true, retries: 1, workspaces: 8 }],
  ["whose builds fail", { fails: true, workspaces: 8 }],
  ["that stops itself", { abortOn: { apiP95Ms: 0.001 }, probeEveryMs: 10 }],
];

test.each(CASES)(
  "a load %s keeps every rule",
  async (_name, { fails = false, ...wish }) => {
    const task = loadTaskFor(fails ? failing : coder, { prefix: `bench-h${loads++}`, ...wish });
    const startedMs = Date.now();
    const { result } = await runLoadHere(task, { pace: { windowMs: 200, probeEveryMs: 50 } });
    expect(selfAudit(await recordOfResult(task, result, { startedMs }))).toEqual([]);
  },
  60_000,
);

test("a load in parts keeps every rule", async () => {
  const task: LoadTask = loadTaskFor(coder, {
    ...{ prefix: `bench-h${loads++}`, users: 6, workspaces: 12 },
    connections: { total: 12 },
  });
  const startedMs = Date.now();
  const results = await Promise.all(
    splitLoad(task, 3).map((part) => runLoadHere(part, { pace: { windowMs: 200, probeEveryMs: 50 } })),
  );
  const result = finishMerge(task, mergeResults(results.map((each) => each.result)));
  expect(selfAudit(await recordOfResult(task, result, { startedMs }))).toEqual([]);
}, 60_000);

test("a load on workspaces that exist keeps every rule", async () => {
  const made = loadTaskFor(coder, { prefix: "bench-old", keep: true, connections: { total: 0 } });
  await runLoadHere(made);
  const task = loadTaskFor(coder, { prefix: "bench-x", existing: { namePrefix: "bench-old" } });
  const startedMs = Date.now();
  const { result } = await runLoadHere(task, { pace: { windowMs: 200, probeEveryMs: 50 } });
  expect(selfAudit(await recordOfResult(task, result, { startedMs }))).toEqual([]);
}, 60_000);
