import { beforeAll, expect, test } from "vitest";
import type { WorkerEvent } from "../../../../harness/model/ports/worker.ts";
import { jobWorkerRunner, type JobRunnerOptions } from "../../../../harness/workload/pods/job-runner.ts";
import { programFile } from "../../../../rehearsal/bundle.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { FakeJobCluster } from "../../../support/fake-job-cluster.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const never = new AbortController().signal;
const nobody = { url: "http://127.0.0.1:9", token: "t" };
const HELD = { connections: { holdMs: 600_000 } };
let program: string;
beforeAll(async () => {
  program = await programFile("worker");
});

function runnerIn(cluster: FakeJobCluster, options: Partial<JobRunnerOptions> = {}) {
  return jobWorkerRunner({
    cluster,
    program: () => Promise.resolve(program),
    clock: fakeClock(),
    place: {
      namespace: "bench",
      labels: { "bench-run": "r" },
      needs: () => ({ memoryMib: 200, cpuMillis: 100 }),
    },
    ...options,
  });
}

/** Does something once the load holds its connections. */
function whenHolding(act: () => void): (event: WorkerEvent) => void {
  let isDone = false;
  return (event) => {
    if (isDone || event.type !== "progress" || event.progress.activity !== "holding") return;
    isDone = true;
    act();
  };
}

test("a load in four pods is one load, its parts say where they ran, and nothing of its Job remains", async () => {
  await using coder = await startEmulatedCoder();
  await using cluster = new FakeJobCluster();
  const task = loadTaskFor(coder, { parts: 4, users: 4, workspaces: 8, connections: { total: 16 } });
  const result = await runnerIn(cluster).load(task, { signal: never, onEvent: () => undefined });
  expect(result).toMatchObject({
    stopped: false,
    workspaces: { created: 8, deleted: 8 },
    connections: { asked: 16, held: 16 },
  });
  expect(
    result.generator.parts?.map(({ place, clock }) => [place?.node, (clock?.uncertaintyMs ?? 9e9) < 5_000]),
  ).toEqual(["node-0", "node-1", "node-2", "node-3"].map((node) => [node, true]));
  expect([...cluster.objects.keys(), ...cluster.pods.keys()]).toEqual([]);
});

test("every event arrives once and in order over lost connections", async () => {
  await using coder = await startEmulatedCoder();
  await using cluster = new FakeJobCluster();
  const stop = new AbortController();
  const events: WorkerEvent[] = [];
  const cutAt = new Set<number>();
  const result = await runnerIn(cluster).load(loadTaskFor(coder, HELD), {
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === "note") return;
      events.push(event);
      const attached = cluster.commands.filter((one) => one.includes(" attach ")).length;
      if (cutAt.size === 3 && !cutAt.has(attached)) stop.abort(new Error("enough"));
      else if (!cutAt.has(attached)) cluster.cut();
      cutAt.add(attached);
    },
  });
  expect(result).toMatchObject({ stopped: true, workspaces: { created: 4 } });
  expect(events.filter(({ type }) => type === "hello")).toHaveLength(1);
  expect(events.filter(({ type }) => type === "result")).toHaveLength(1);
  expect(events.at(-1)?.type).toBe("result");
  expect(cutAt.size).toBeGreaterThan(3);
});

test("the task's secret is in no call, command or event, only on the stdin of a program in the pod", async () => {
  await using coder = await startEmulatedCoder();
  await using cluster = new FakeJobCluster();
  const said: string[] = [];
  await runnerIn(cluster).load(loadTaskFor(coder), {
    signal: never,
    onEvent: (event) => said.push(JSON.stringify(event)),
  });
  expect(coder.token.length).toBeGreaterThan(5);
  const all = [...cluster.calls, ...cluster.commands, ...said];
  expect(all.filter((text) => text.includes(coder.token))).toEqual([]);
  expect(cluster.commands.filter((one) => one.includes(" receive "))).toHaveLength(1);
});

test("a pod that is lost before its part begins is replaced, and the load is whole", async () => {
  await using coder = await startEmulatedCoder();
  await using cluster = new FakeJobCluster();
  const isReceiving = cluster.exec;
  let isLost = false;
  Object.assign(cluster, {
    exec: ((command, signal) => {
      if (!isLost) {
        isLost = true;
        cluster.end(0, { reason: "Evicted", message: "the node was low on disk" });
      }
      return isReceiving(command, signal);
    }) satisfies FakeJobCluster["exec"],
  });
  const result = await runnerIn(cluster).load(loadTaskFor(coder), {
    signal: never,
    onEvent: () => undefined,
  });
  expect(result).toMatchObject({ stopped: false, connections: { held: 8 } });
  expect(result.lostParts).toBeUndefined();
  expect(isLost).toBe(true);
});

test.each([
  [
    "memory",
    { containerStatuses: [{ state: { terminated: { exitCode: 137, reason: "OOMKilled" } } }] },
    "OOMKilled",
  ],
  [
    "disruption",
    {
      conditions: [
        { type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI", message: "drain" },
      ],
    },
    "EvictionByEvictionAPI: drain",
  ],
  [
    "node",
    { conditions: [{ type: "DisruptionTarget", status: "True", reason: "DeletionByTaintManager" }] },
    "DeletionByTaintManager",
  ],
] as const)(
  "a part that is lost in the hold is a lost part of cause %s, never a result",
  async (cause, status, words) => {
    await using coder = await startEmulatedCoder();
    await using cluster = new FakeJobCluster();
    const stop = new AbortController();
    const lose = whenHolding(() => cluster.end(1, status));
    const result = await runnerIn(cluster).load(
      loadTaskFor(coder, { parts: 2, connections: { holdMs: 600_000 } }),
      {
        signal: stop.signal,
        onEvent: (event) => {
          lose(event);
          if (event.type === "note" && event.message.includes("was lost")) stop.abort(new Error("enough"));
        },
      },
    );
    expect(result.lostParts).toMatchObject([
      { part: 2, of: 2, cause, node: "node-1", reason: expect.stringContaining(words) as string },
    ]);
  },
);

test("a single pod that is lost ends the load with its cause", async () => {
  await using coder = await startEmulatedCoder();
  await using cluster = new FakeJobCluster();
  const run = runnerIn(cluster).load(loadTaskFor(coder, HELD), {
    signal: never,
    onEvent: whenHolding(() => cluster.end(0, { reason: "NodeLost" })),
  });
  await expect(run).rejects.toMatchObject({ name: "RefbenchError", loss: "node", node: "node-0" });
  expect(cluster.commands.filter((one) => one.includes(" receive "))).toHaveLength(1);
  expect([...cluster.objects.keys(), ...cluster.pods.keys()]).toEqual([]);
});

const PENDING = { phase: "Pending" };
const waiting = (reason: string, message = "") => ({
  ...PENDING,
  containerStatuses: [{ state: { waiting: { reason, message } } }],
});
const unscheduled = {
  ...PENDING,
  conditions: [
    {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message: "0/3 nodes are available: 3 Insufficient cpu.",
    },
  ],
};

test.each([
  ["no node", unscheduled, "0/3 nodes are available: 3 Insufficient cpu.; free or add nodes"],
  [
    "an image that cannot be pulled",
    waiting("ErrImagePull", "not found"),
    "ErrImagePull: not found; name an image",
  ],
  ["a wrong image name", waiting("InvalidImageName"), "InvalidImageName; name an image"],
  [
    "a container that cannot be configured",
    waiting("CreateContainerConfigError", "no uid"),
    "CreateContainerConfigError: no uid",
  ],
])(
  "pods that cannot start for %s end the load before it begins, and nothing remains",
  async (_name, status, words) => {
    await using cluster = new FakeJobCluster();
    cluster.newStatus = status;
    const notes: string[] = [];
    const run = runnerIn(cluster).load(loadTaskFor(nobody), {
      signal: never,
      onEvent: (event) => event.type === "note" && notes.push(event.message),
    });
    await expect(run).rejects.toMatchObject({
      code: "infrastructure",
      message: expect.stringContaining(words) as string,
    });
    expect(cluster.commands).toEqual([]);
    expect([...cluster.objects.keys(), ...cluster.pods.keys()]).toEqual([]);
  },
);

test("pods that an admission policy or a quota refuses are reported in the cluster's words", async () => {
  await using cluster = new FakeJobCluster();
  cluster.refuses = (_method, path) =>
    path.includes("/pods") ? { state: "ok", body: { items: [] } } : undefined;
  cluster.events = [{ reason: "FailedCreate", message: "exceeded quota: small" }];
  const run = runnerIn(cluster).load(loadTaskFor(nobody), { signal: never, onEvent: () => undefined });
  await expect(run).rejects.toThrow("the cluster refuses its pods: exceeded quota: small");
});

test("a caller without the permission is told the verb that is missing, and nothing was created", async () => {
  await using cluster = new FakeJobCluster();
  cluster.refuses = (method) =>
    method === "POST"
      ? { state: "denied", reason: 'User "x" cannot create resource "jobs" (403)' }
      : undefined;
  const run = runnerIn(cluster).load(loadTaskFor(nobody), { signal: never, onEvent: () => undefined });
  await expect(run).rejects.toThrow(/cannot create Job in namespace bench .*cannot create resource "jobs"/);
  expect(cluster.objects.size).toBe(0);
});

test("an abort before the pods start sends no task and removes the Job", async () => {
  await using cluster = new FakeJobCluster();
  cluster.newStatus = PENDING;
  const stop = new AbortController();
  const run = runnerIn(cluster).load(loadTaskFor(nobody), {
    signal: stop.signal,
    onEvent: () => stop.abort(new Error("Ctrl-C")),
  });
  await expect(run).rejects.toMatchObject({ code: "interrupted" });
  expect(cluster.commands).toEqual([]);
  expect([...cluster.objects.keys()]).toEqual([]);
});

test("an API server that goes away in the hold stops nothing: the load goes on and its events come later", async () => {
  await using coder = await startEmulatedCoder();
  await using cluster = new FakeJobCluster();
  let left = 5;
  const result = await runnerIn(cluster).load(loadTaskFor(coder, { connections: { holdMs: 1_500 } }), {
    signal: never,
    onEvent: whenHolding(() => {
      cluster.refuses = () => {
        left -= 1;
        if (left < 0) cluster.refuses = undefined;
        return { state: "failed", reason: "connect ECONNREFUSED" };
      };
      cluster.cut();
    }),
  });
  expect(result).toMatchObject({ stopped: false, connections: { held: 8, lost: 0 } });
  expect(left).toBeLessThan(0);
});

test("what cannot be removed is reported", async () => {
  await using coder = await startEmulatedCoder();
  await using cluster = new FakeJobCluster();
  cluster.refuses = (method) =>
    method === "DELETE" ? { state: "denied", reason: "forbidden (403)" } : undefined;
  const left: string[] = [];
  await runnerIn(cluster, { onLeft: (all) => left.push(...all) }).load(loadTaskFor(coder), {
    signal: never,
    onEvent: () => undefined,
  });
  expect(left).toEqual([
    expect.stringMatching(/^Job bench-load-.* in namespace bench of the test's cluster$/),
    expect.stringMatching(/^ConfigMap /),
    expect.stringMatching(/^pod /),
  ]);
});
