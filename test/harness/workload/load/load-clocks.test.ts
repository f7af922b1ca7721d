import { afterAll, beforeAll, expect, test } from "vitest";
import { OBJECTIVES } from "../../../../reference-architectures/objectives.ts";
import { MOST_APART_MS } from "../../../../harness/model/record/clocks.ts";
import { judge } from "../../../../harness/results/judge/objectives.ts";
import { selfAudit } from "../../../../harness/results/self-audit/self-audit.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";
import { recordOfResult } from "../../../support/results/record-of-result.ts";
import { type Rewrite, startRewritingProxy } from "../../../support/network/rewriting-proxy.ts";
import { runLoadHere } from "../../../support/command/run-load.ts";

let coder: Awaited<ReturnType<typeof startEmulatedCoder>>;
let loads = 0;

beforeAll(async () => {
  coder = await startEmulatedCoder({ buildSpeed: 20 });
}, 60_000);
afterAll(() => coder[Symbol.asyncDispose]());

interface Workspace {
  readonly latest_build: { readonly job: { started_at?: string; completed_at?: string } };
}

/** Stamps of builds as a clock gives them that is away by so much. */
function stamping(awayMs: (stamp: "started_at" | "completed_at", atMs: number) => number): Rewrite {
  return (path, answer) => {
    if (!/^\/api\/v2\/workspaces\/[0-9a-f-]+$/.test(path)) return undefined;
    const { job } = (answer as Workspace).latest_build;
    for (const stamp of ["started_at", "completed_at"] as const) {
      const at = job[stamp];
      if (at !== undefined)
        job[stamp] = new Date(Date.parse(at) + awayMs(stamp, Date.parse(at))).toISOString();
    }
    return answer;
  };
}

async function recordOf(rewrite: Rewrite, workspaces = 16) {
  await using proxy = await startRewritingProxy(coder.url, rewrite);
  const task = loadTaskFor(
    { url: proxy.url, token: coder.token },
    { prefix: `bench-c${loads++}`, users: 4, workspaces, connections: { total: 0 } },
  );
  const startedMs = Date.now();
  const { result } = await runLoadHere(task, { pace: { windowMs: 300, probeEveryMs: 100 } });
  return await recordOfResult(task, result, { startedMs });
}

test("a deployment with one clock keeps every rule, seen through the proxy too", async () => {
  const record = await recordOf(() => undefined);
  expect(selfAudit(record)).toEqual([]);
  expect(record.measurements?.clocks?.map(({ clock }) => clock)).toEqual(["api", "builds on coder-0"]);
}, 60_000);

test.each([
  ["starts builds 5 s early", stamping((stamp) => (stamp === "started_at" ? -5000 : 0))],
  ["stamps builds 3 s late", stamping(() => 3000)],
  ["stamps builds 40 s early", stamping(() => -40_000)],
])(
  "a replica that %s is reported, and the load is a harness error",
  async (_what, rewrite) => {
    const record = await recordOf(rewrite);
    expect(record.verdict).toBe("harness-error");
    expect(selfAudit(record).map(({ rule }) => rule)).toContain("clocks-agree");
    expect(
      selfAudit(record)
        .map(({ reason }) => reason)
        .join(),
    ).toContain(`${MOST_APART_MS} ms`);
  },
  60_000,
);

test.each([-20_000, 20_000])(
  "a server's clock that steps by %i ms during the builds is noticed",
  async (step) => {
    let firstMs: number | undefined;
    const record = await recordOf(
      stamping((_stamp, atMs) => {
        firstMs ??= atMs;
        return atMs > firstMs + 200 ? step : 0;
      }),
    );
    expect(record.verdict).toBe("harness-error");
  },
  60_000,
);

test("spans below zero are counted, and no percentile of their phase is reported", async () => {
  const record = await recordOf(stamping(() => -40_000));
  const queue = record.measurements?.histograms.find(({ phase }) => phase === "build-queue");
  expect(queue).toMatchObject({ count: 0, negative: 16 });
  const connect = record.measurements?.histograms.find(({ phase }) => phase === "agent-connect");
  expect(connect?.negative).toBeUndefined();
}, 60_000);

test("five daemons behind a list of ten do not pass as a real run", async () => {
  const daemons = Array.from({ length: 10 }, (_, index) => ({ id: `${index}`, name: `coder-0-${index}` }));
  const record = await recordOf((path) => (path.includes("/provisionerdaemons") ? daemons : undefined), 30);
  expect(record.measurements?.builds).toMatchObject({ capacity: 10, peakRunning: 5 });
  const judged = judge(OBJECTIVES, record.measurements).filter(({ name }) => name.startsWith("builds-"));
  expect(judged.map(({ name, met }) => [name, met])).toEqual([
    ["builds-running", false],
    ["builds-sustained", false],
  ]);
}, 60_000);

test("daemons that die during the builds are noticed", async () => {
  let asked = 0;
  const record = await recordOf((path, answer) => {
    if (!path.includes("/provisionerdaemons")) return undefined;
    asked++;
    return asked === 1 ? answer : (answer as unknown[]).slice(2);
  });
  expect(record.measurements?.builds).toMatchObject({ capacity: 5, daemons: { least: 3 } });
  const alive = judge(OBJECTIVES, record.measurements).find(({ name }) => name === "daemons-alive");
  expect(alive).toMatchObject({ met: false, value: 0.6 });
}, 60_000);
