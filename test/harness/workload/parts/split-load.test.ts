import { expect, test } from "vitest";
import { type LoadTask, loadTask } from "../../../../harness/model/ports/worker-task.ts";
import { explainFewerParts, countParts, splitLoad } from "../../../../harness/workload/parts/split-load.ts";
import { spread } from "../../../../harness/workload/connections/spread.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const coder = { url: "http://127.0.0.1:1", token: "t" };

const whole = loadTaskFor(coder, {
  users: 11,
  workspaces: 31,
  concurrency: 7,
  cleanupConcurrency: 0,
  parts: 3,
  connections: { total: 1_003, sshShare: 0.12, rampPerSecond: 50, commandsPerSecond: 77 },
  arrival: [{ perSecond: 5, seconds: 3, ramp: true }],
  herd: { arrival: [{ perSecond: 9, seconds: 1 }] },
  app: {
    ...{ slug: "wsec", by: "path", connections: 40, messagesPerSecond: 20, messageBytes: 64, forMs: 100 },
  },
});

function sum(parts: readonly LoadTask[], value: (part: LoadTask) => number): number {
  return parts.reduce((total, part) => total + value(part), 0);
}

const FIGURES: readonly (readonly [string, (task: LoadTask) => number])[] = [
  ["users", ({ users }) => users],
  ["workspaces", ({ workspaces }) => workspaces],
  ["turns", ({ concurrency }) => concurrency],
  ["turns to clean up", ({ cleanupConcurrency }) => cleanupConcurrency],
  ["connections", ({ connections }) => connections.total],
  ["connections by SSH", ({ connections: { total, sshShare } }) => sshOf(total, sshShare)],
  ["the ramp", ({ connections }) => connections.rampPerSecond],
  ["commands", ({ connections }) => connections.commandsPerSecond],
  ["arrivals", ({ arrival }) => arrival?.[0]?.perSecond ?? 0],
  ["starts of the herd", ({ herd }) => herd?.arrival?.[0]?.perSecond ?? 0],
  ["sockets to apps", ({ app }) => app?.connections ?? 0],
  ["messages to apps", ({ app }) => app?.messagesPerSecond ?? 0],
];

/** As the ramp deals them. */
function sshOf(total: number, share: number): number {
  const next = spread(["one"], share);
  return Array.from({ length: total }, () => next()).filter(({ kind }) => kind === "ssh").length;
}

test.each(FIGURES)("the parts' %s add up to the whole's", (_name, figure) => {
  for (const parts of [1, 2, 3, 4, 7])
    expect(sum(splitLoad(whole, parts), figure)).toBeCloseTo(figure(whole), 9);
});

test("no two parts make a user or a workspace of the same name", () => {
  for (const [users, workspaces] of [
    [11, 31],
    [31, 11],
    [5, 5],
  ] as const) {
    const parts = splitLoad({ ...whole, users, workspaces, firstIndex: 4 }, 4);
    const names = (of: "users" | "workspaces"): number[] =>
      parts.flatMap((part) => Array.from({ length: part[of] }, (_, index) => part.firstIndex + index));
    expect(new Set(names("users")).size).toBe(users);
    expect(new Set(names("workspaces")).size).toBe(workspaces);
  }
});

test("ramps and schedules of the parts take as long as the whole's", () => {
  for (const { connections, arrival, workspaces } of splitLoad(whole, 4)) {
    expect(connections.total / connections.rampPerSecond).toBeCloseTo(1_003 / 50, 9);
    expect(workspaces / (arrival?.[0]?.perSecond ?? 0)).toBeCloseTo(31 / 5, 9);
    expect(arrival?.[0]).toMatchObject({ seconds: 3, ramp: true });
  }
});

test("a part is a task, knows its index, and is not split again", () => {
  for (const [index, part] of splitLoad(whole, 3).entries()) {
    expect(loadTask.parse(part)).toEqual(part);
    expect(part.part).toEqual({ index, of: 3 });
    expect(countParts(part)).toBe(1);
  }
});

test("one part is the task itself", () => {
  expect(splitLoad(whole, 1)).toEqual([whole]);
});

test("a load has a process for each 10,000 connections, unless it says how many", () => {
  const sized = (total: number, parts?: number): LoadTask => ({
    ...loadTaskFor(coder, { users: 500, workspaces: 500, connections: { total } }),
    ...(parts === undefined ? {} : { parts }),
  });
  expect([0, 1, 10_000, 10_001, 20_000, 20_001].map((total) => countParts(sized(total)))).toEqual([
    1, 1, 1, 2, 2, 3,
  ]);
  expect(countParts(sized(50_000, 2))).toBe(2);
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
    /^generator processes: 1 instead of 3 \(one per 10,000 connections\)/,
  );
  expect(explainFewerParts({ ...large, concurrency: 0 })).toBeUndefined();
  expect(
    explainFewerParts({ ...large, connections: { ...large.connections, total: 10_000 } }),
  ).toBeUndefined();
  expect(splitLoad({ ...large, concurrency: 0 }, 3).map(explainFewerParts)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
