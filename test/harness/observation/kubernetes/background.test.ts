import { expect, test } from "vitest";
import { clusterSources } from "../../../../harness/observation/kubernetes/sources.ts";
import type { Findings } from "../../../../harness/observation/source.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { FakeKubernetes, type FakeObject } from "../../../support/fake-kubernetes.ts";
import { answer, observed, pod, summary } from "./seen-cluster.ts";

const signal = new AbortController().signal;
const START_MS = Date.UTC(2026, 10, 30, 20);
const stamp = (afterMs: number) => new Date(START_MS + afterMs).toISOString();

interface EventFigures {
  readonly reason: string;
  readonly message?: string;
  readonly type?: string;
  readonly count?: number;
  readonly object?: string;
  readonly kind?: string;
}

function event(
  uid: string,
  { reason, message = "", type = "Warning", count = 1, object, kind }: EventFigures,
): FakeObject {
  const [first, last] = [stamp(1_000), stamp(2_000)];
  return {
    metadata: { name: uid, uid },
    involvedObject: { kind: kind ?? "Pod", name: object ?? "coder-1" },
    ...{ reason, message, type, count, firstTimestamp: first, lastTimestamp: last },
  } as FakeObject;
}

/** Runs one observation, in which `meanwhile` happens after the first reading. */
async function observing(
  before: (api: FakeKubernetes) => void,
  meanwhile: (api: FakeKubernetes) => void,
): Promise<{ readonly found: Findings; readonly requests: readonly string[] }> {
  await using api = new FakeKubernetes();
  const clock = fakeClock(START_MS);
  api.put("/api/v1", "coder", "pods", pod("coder-1"));
  (api.kinds as Record<string, unknown>)["/api/v1"] = [
    ...(api.kinds["/api/v1"] ?? []),
    { name: "events", kind: "Event", namespaced: true },
  ];
  answer(api, "/proxy/stats", summary(0, []));
  const date = new Date(START_MS).toUTCString();
  api.mishaps.push({ match: "/version", status: 200, body: {}, headers: { date }, left: Infinity });
  answer(api, "/log?", "");
  before(api);
  const [, source] = clusterSources(await observed(api, clock));
  await source?.read(signal);
  // The first reading does not wait for the API server.
  await expect.poll(() => api.requests.some((line) => line.includes("/default/events"))).toBe(true);
  meanwhile(api);
  const found = (await source?.findings?.(0, signal)) ?? {};
  return { found, requests: api.requests };
}

test("warnings during the load are listed with how often they came, and those of before are not", async () => {
  const { found } = await observing(
    (api) => {
      api.put("/api/v1", "coder", "events", event("old", { reason: "FailedMount", count: 3 }));
      api.put("/api/v1", "coder", "events", event("growing", { reason: "BackOff", count: 3 }));
    },
    (api) => {
      api.put("/api/v1", "coder", "events", event("growing", { reason: "BackOff", count: 7 }));
      api.put("/api/v1", "coder", "events", event("new", { reason: "Evicted", message: "low on memory" }));
      api.put("/api/v1", "coder", "events", event("calm", { reason: "Created", type: "Normal" }));
      const pulled = { reason: "Pulled", type: "Normal" };
      api.put("/api/v1", "coder", "events", event("cached", { ...pulled, message: "already present" }));
      const message = "Successfully pulled image in 12.3s";
      api.put("/api/v1", "coder", "events", event("pulled", { ...pulled, message }));
    },
  );
  expect(found.events?.map(({ reason, object, count }) => [reason, object, count])).toEqual(
    expect.arrayContaining([
      ["BackOff", "Pod/coder-1", 4],
      ["Evicted", "Pod/coder-1", 1],
      ["Pulled", "Pod/coder-1", 1],
    ]),
  );
  expect(found.events).toHaveLength(3);
});

test("workspaces are one thing, and nothing of another tenant is named", async () => {
  const { found } = await observing(
    () => undefined,
    (api) => {
      const message = "0/5 nodes are available: 2 Insufficient cpu. preempted by tenant/their-pod";
      for (const name of ["coder-ada-dev", "coder-bob-dev"]) {
        const failed = event(name, { reason: "FailedScheduling", message, object: name });
        api.put("/api/v1", "workspaces", "events", failed);
      }
      const node = { kind: "Node", object: "n1", message: "victim process: theirs" };
      api.put("/api/v1", "default", "events", event("oom", { reason: "SystemOOM", ...node }));
    },
  );
  expect(found.events?.map(({ reason, object, count, message }) => [reason, object, count, message])).toEqual(
    [
      ["FailedScheduling", "Pod of workspaces", 2, expect.stringContaining("by another pod")],
      ["SystemOOM", "Node/n1", 1, ""],
    ],
  );
  expect(JSON.stringify(found)).not.toMatch(/their|ada|bob/);
});

test("a container that the kernel killed is listed, although Kubernetes has no event for it", async () => {
  const { found } = await observing(
    () => undefined,
    (api) => {
      const killed = pod("coder-1");
      const terminated = { reason: "OOMKilled", exitCode: 137, finishedAt: stamp(3_000) };
      const status = { containerStatuses: [{ name: "coder", restartCount: 1, lastState: { terminated } }] };
      api.put("/api/v1", "coder", "pods", { ...killed, status });
    },
  );
  expect(found.events).toMatchObject([{ reason: "OOMKilled", object: "Pod/coder-1", count: 1 }]);
});

test("the log of a replica gives its warnings and errors since the start, each once", async () => {
  const { found, requests } = await observing(
    () => undefined,
    (api) => {
      const line = (afterMs: number, text: string) => `${stamp(afterMs)} ${text}\n`;
      const error = `2026-11-30 05:00:17.224 [erro]  coderd: failed  error="password=hunter2 refused"`;
      const log = line(-60_000, error) + line(2_000, error) + line(3_000, "2026-11-30 05:00:17.3 [info]  x");
      answer(api, "/log?", log);
    },
  );
  expect(found.logs).toEqual([
    expect.objectContaining({
      of: "coderd",
      level: "error",
      message: "coderd: failed: password=* refused",
      count: 1,
    }),
  ]);
  expect(requests.find((line) => line.includes("/log?"))).toContain(
    "container=coder&timestamps=true&limitBytes=",
  );
});

test("what may not be read is named with its right", async () => {
  const { found } = await observing(
    () => undefined,
    (api) => {
      answer(api, "/log?", { message: "forbidden" }, 403);
      answer(api, "/events", { message: "forbidden" }, 403);
    },
  );
  expect(found.unseen).toEqual(
    expect.arrayContaining([
      { what: "logs of coderd", why: "not granted: it needs the verb get on pods/log" },
      { what: "events of Kubernetes", why: "not granted: it needs the verb list on events" },
    ]),
  );
});
