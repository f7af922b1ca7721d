import { expect, test } from "vitest";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import {
  countParts,
  explainFewerParts,
  type PartPlace,
  planParts,
} from "../../../../harness/workload/parts/plan-parts.ts";
import { CORE_SHARE, MEASURED_COSTS } from "../../../../harness/workload/parts/part-costs.ts";
import { splitLoad } from "../../../../harness/workload/parts/split-load.ts";
import { machineNeed } from "../../../../harness/workload/tasks/refuse-machine.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const coder = { url: "http://127.0.0.1:1", token: "t" };
const { mostConnections, openCpuMs, workerMib, programMib, terminalKib } = MEASURED_COSTS;

type Connections = Partial<LoadTask["connections"]>;

function sized(connections: Connections, overrides: Partial<Omit<LoadTask, "connections">> = {}): LoadTask {
  return loadTaskFor(coder, {
    ...{ users: 60, workspaces: 60, deployment: { url: coder.url, ssh: "none" } },
    ...{ concurrency: 60, cleanupConcurrency: 60 },
    ...overrides,
    connections: { sshShare: 0, rampPerSecond: 10, commandsPerSecond: 1, ...connections },
  });
}

test("no worker has more connections than one was measured with, unless the load says how many parts", () => {
  const counts = [0, 1, mostConnections, mostConnections + 1, 2 * mostConnections, 2 * mostConnections + 1];
  expect(counts.map((total) => countParts(sized({ total })))).toEqual([1, 1, 1, 2, 2, 3]);
  expect(countParts(sized({ total: 50_000 }, { parts: 2 }))).toBe(2);
});

test("no worker is busier than its core may be, by the measured CPU of an opened connection", () => {
  const perCore = (CORE_SHARE * 1000) / openCpuMs;
  for (const cores of [1, 2, 5]) {
    const rampPerSecond = perCore * cores;
    expect(planParts(sized({ total: 9_000, rampPerSecond }))).toMatchObject({ wanted: cores });
    expect(planParts(sized({ total: 9_000, rampPerSecond: rampPerSecond + 1 }))).toMatchObject({
      wanted: cores + 1,
      why: expect.stringMatching(/^opening [\d,.]+ connections a second takes [\d.]+ cores/),
    });
  }
  // All of them are opened within a second, however fast that is.
  expect(countParts(sized({ total: 10, rampPerSecond: 100_000 }))).toBe(1);
});

test.each<readonly [string, PartPlace, Connections, number, RegExp]>([
  ["memory", { memoryMib: 4_096 }, { total: 1_000, sshShare: 0.5 }, 4, /^its connections need 12,004 MiB/],
  ["ports", { localPorts: 500 }, { total: 1_000 }, 2, /^it needs 1,000 local ports/],
  ["files", { openFiles: 264 }, { total: 1_000 }, 5, /^it needs 1,000 open files/],
])("each part has enough %s of its place", (_name, place, connections, parts, why) => {
  const load = sized(connections, { deployment: { url: coder.url, ssh: "stdio" } });
  const plan = planParts(load, place);
  expect(plan).toMatchObject({ parts, why: expect.stringMatching(why) });
  expect(plan.each.memoryMib).toBeLessThanOrEqual(place.memoryMib ?? Infinity);
  expect(plan.each.localPorts).toBeLessThanOrEqual(place.localPorts ?? Infinity);
  expect(plan.each.openFiles).toBeLessThanOrEqual(place.openFiles ?? Infinity);
  // What parts on one machine share does not bound them.
  expect(planParts(load).parts).toBe(1);
});

test("a place that is too small for any worker is refused with the memory that it needs", () => {
  expect(() => planParts(sized({ total: 1 }), { memoryMib: 128 })).toThrow(
    `a part of the load has 128 MiB, but a worker without connections needs ${workerMib} of the 102 that may be used: give it at least 512 MiB`,
  );
});

test("a plan's ports and files are what the machine is checked for, and its memory what was measured", () => {
  const load = sized(
    { total: 4_000, sshShare: 0.25 },
    { deployment: { url: coder.url, ssh: "stdio" }, parts: 4 },
  );
  const { each, parts } = planParts(load);
  const checked = machineNeed(load, parts);
  expect(each.openFiles).toBe(checked.openFiles);
  expect(each.localPorts * parts).toBe(checked.localPorts);
  expect(each.programs).toBe(250);
  expect(each.memoryMib).toBe(Math.ceil(workerMib + 250 * programMib + (750 * terminalKib) / 1024));
});

const whole = loadTaskFor(coder, {
  ...{ users: 11, workspaces: 31, concurrency: 7, cleanupConcurrency: 0 },
  connections: { total: 1_003, sshShare: 0.12 },
  arrival: [{ perSecond: 5, seconds: 3 }],
  app: { slug: "wsec", by: "path", connections: 40, messagesPerSecond: 20, messageBytes: 64, forMs: 100 },
});

test("every part has a user, a workspace and a turn, since zero would mean no limit", () => {
  const { arrival, ...unscheduled } = whole;
  const limited = { ...unscheduled, parts: 100 };
  expect(countParts(limited)).toBe(7);
  // On a schedule nobody waits for a turn.
  expect(countParts({ ...limited, arrival })).toBe(11);
  expect(countParts({ ...limited, concurrency: 0 })).toBe(11);
  expect(countParts({ ...limited, concurrency: 0, users: 40 })).toBe(31);
  expect(countParts({ ...limited, deployment: { ...whole.deployment, stdioSessions: 2 } })).toBe(2);
});

test("a load reports if it cannot be split over the processes that its size needs, and only then", () => {
  const large = loadTaskFor(coder, {
    ...{ users: 500, workspaces: 500, concurrency: 1 },
    connections: { total: 25_000 },
  });
  expect(countParts(large)).toBe(1);
  expect(explainFewerParts(large)).toMatch(
    /^generator processes: 1 instead of \d \(one worker was measured with at most [\d,]+ connections, and the load has 25,000\), because/,
  );
  expect(explainFewerParts({ ...large, concurrency: 0 })).toBeUndefined();
  expect(
    explainFewerParts({ ...large, connections: { ...large.connections, total: 10_000 } }),
  ).toBeUndefined();
  expect(splitLoad({ ...large, concurrency: 0 }, 3).map((part) => explainFewerParts(part))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
