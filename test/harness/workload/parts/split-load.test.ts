import { expect, test } from "vitest";
import { planSchedule } from "../../../../reference-architectures/mixed/plan-schedule.ts";
import { scheduleSchema } from "../../../../reference-architectures/mixed/schedule.ts";
import { type LoadTask, loadTask } from "../../../../harness/model/ports/worker-task.ts";
import { countParts } from "../../../../harness/workload/parts/plan-parts.ts";
import { splitLoad } from "../../../../harness/workload/parts/split-load.ts";
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

test("only the first part observes, with all that the load shall observe", () => {
  const observe = { places: [{ kind: "machine" as const, of: "here" }] };
  const parts = splitLoad({ ...whole, observe }, 3);
  expect(parts.map((part) => part.observe)).toEqual([observe, undefined, undefined]);
});

test("the loads of a schedule are dealt to the parts, and no user has workspaces that builds stop", () => {
  const schedule = scheduleSchema.parse({
    name: "all",
    periods: [{ name: "T0", seconds: 60 }],
    loads: [
      { name: "ssh", kind: "ssh", from: "T0", to: "T0", opensPerSecond: 30 },
      { name: "apps", kind: "apps", from: "T0", to: "T0", app: "wsec", users: 2 },
      { name: "nine", kind: "builds", from: "T0", to: "T0", users: 5, startsPerMinute: 60 },
    ],
  });
  const parts = splitLoad({ ...whole, mixed: planSchedule(schedule, 11) }, 3);
  const usersOf = (name: string) =>
    parts.map(({ mixed }) => mixed?.loads.find((load) => load.name === name)?.users);
  expect([usersOf("ssh"), usersOf("apps"), usersOf("nine")]).toEqual([
    [2, 2, 2],
    [1, 1, 0],
    [2, 2, 1],
  ]);
  const rates = parts.map(({ mixed }) =>
    (mixed?.loads ?? []).map((load) => ("opensPerSecond" in load ? (load.opensPerSecond ?? 0) : 0)),
  );
  expect(rates.reduce((sum, [ssh = 0]) => sum + ssh, 0)).toBeCloseTo(30, 9);
  for (const { mixed, users } of parts)
    expect((mixed?.loads[0]?.users ?? 0) + (mixed?.loads[2]?.users ?? 0)).toBeLessThanOrEqual(users);
});
