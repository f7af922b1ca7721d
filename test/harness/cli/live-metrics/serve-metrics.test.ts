import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { parseMetricsAddress } from "../../../../harness/cli/live-metrics/metrics-option.ts";
import { type LiveMetrics, serveMetrics } from "../../../../harness/cli/live-metrics/serve-metrics.ts";
import type { Reporter, StoredEvent } from "../../../../harness/model/ports/event.ts";
import { findReader, runReader } from "../../../support/readers.ts";

const promtool = findReader("promtool");
const at = "2026-11-22T07:00:00.000Z";

const EVENTS: readonly StoredEvent[] = [
  { type: "run.started", runId: "r1", architecture: "gke", size: "1200", simulated: true, folder: "f", at },
  { type: "stage.started", stage: "load", at },
  {
    type: "load.progress",
    progress: {
      activity: "creating",
      users: 3,
      workspaces: { total: 9, queued: 1, building: 2, ready: 3, failed: 0, deleted: 0 },
      connections: { wanted: 20, terminal: 7, ssh: 5, failed: 1 },
      commandsPerSecond: 2.5,
      builds: { daemons: 4, succeeded: 3, meanMs: 1500 },
    },
    at,
  },
  { type: "cost.progress", spent: 1.25, at },
  { type: "drain.progress", deleted: 1, remaining: 8, at },
  { type: "note", level: "warning", message: "build-failed in build: x", at },
];

async function served(): Promise<{ readonly metrics: LiveMetrics; readonly url: string }> {
  const metrics = await serveMetrics({ host: "127.0.0.1", port: 0 });
  onTestFinished(() => metrics[Symbol.asyncDispose]());
  return { metrics, url: metrics.url ?? "" };
}

/** Reports every event through the metrics, and returns what the reporter below them was told. */
function report(metrics: LiveMetrics): readonly StoredEvent[] {
  const heard: StoredEvent[] = [];
  const reporter: Reporter = { report: (event) => heard.push(event) };
  for (const event of EVENTS) metrics.over(reporter).report(event);
  return heard;
}

test("the metrics follow the events of a load, and the reporter still gets them", async () => {
  const { metrics, url } = await served();
  expect(report(metrics)).toEqual(EVENTS);
  const response = await fetch(url);
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  for (const line of [
    'refbench_live_run_info{run="r1",architecture="gke",size="1200",simulated="true"} 1',
    'refbench_live_stage{stage="load"} 1',
    'refbench_live_workspaces{state="building"} 2',
    'refbench_live_connections{kind="terminal"} 7',
    "refbench_live_build_mean_seconds 1.5",
    "refbench_live_cost_usd 1.25",
    "refbench_live_teardown_remaining 8",
    'refbench_live_notes_total{level="warning"} 1',
  ])
    expect(text.split("\n")).toContain(line);
});

test.skipIf(promtool === undefined)("promtool finds nothing wrong with live metrics", async () => {
  const { metrics, url } = await served();
  report(metrics);
  const text = await (await fetch(url)).text();
  expect(runReader(promtool ?? "", ["check", "metrics"], { input: text })).toBe("");
});

test("nothing but the metrics can be had, and nothing after the end", async () => {
  const { metrics, url } = await served();
  expect((await fetch(url.replace("/metrics", "/"))).status).toBe(404);
  expect((await fetch(url, { method: "POST" })).status).toBe(404);
  await metrics[Symbol.asyncDispose]();
  await expect(fetch(url)).rejects.toThrow();
});

test("a port that is taken is refused, and so is an address of no machine", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  await expect(serveMetrics({ host: "127.0.0.1", port })).rejects.toThrow(
    new RegExp(`--metrics-listen 127\\.0\\.0\\.1:${port} cannot be used: another program listens there`),
  );
  await expect(serveMetrics({ host: "192.0.2.1", port: 0 })).rejects.toMatchObject({ code: "usage" });
});

test("without an address nothing is served, and events pass unchanged", async () => {
  const metrics = await serveMetrics(undefined);
  expect(metrics.url).toBeUndefined();
  expect(report(metrics)).toEqual(EVENTS);
});

test("a port alone is on this machine only", () => {
  expect(parseMetricsAddress("9464")).toEqual({ host: "127.0.0.1", port: 9464 });
  expect(parseMetricsAddress("0.0.0.0:1")).toEqual({ host: "0.0.0.0", port: 1 });
  expect(parseMetricsAddress("[::1]:9464")).toEqual({ host: "::1", port: 9464 });
});

test.each(["", "x", "127.0.0.1", "127.0.0.1:70000", "example.com:1", "::1:9464", ":9464"])(
  "%j is no address",
  (text) => {
    expect(() => parseMetricsAddress(text)).toThrow(/--metrics-listen is .*127\.0\.0\.1:9464/);
  },
);
