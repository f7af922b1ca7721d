import { expect, test } from "vitest";
import { scheduleTasks, type Task } from "../../../harness/forecast/schedule.ts";

const task = (name: string, seconds: number, ...after: string[]): Task => ({ name, seconds, after });

const DIAMOND = [
  task("network", 20),
  task("database", 500, "network"),
  task("cluster", 300, "network"),
  task("pool", 90, "cluster"),
  task("release", 100, "pool", "database"),
];

test("the critical path has no gap and decides the end; the others have the slack that they lack nothing for", () => {
  const { critical, seconds, unlimitedSeconds, tasks } = scheduleTasks(DIAMOND);
  expect(critical.map(({ name, start, end }) => [name, start, end])).toEqual([
    ["network", 0, 20],
    ["database", 20, 520],
    ["release", 520, 620],
  ]);
  expect([seconds, unlimitedSeconds]).toEqual([620, 620]);
  const slack = Object.fromEntries(tasks.map((each) => [each.name, each.slack]));
  expect(slack).toEqual({ network: 0, database: 0, release: 0, cluster: 110, pool: 110 });
});

test("a task that uses up its slack delays nothing, and a second more does", () => {
  for (const { name, slack } of scheduleTasks(DIAMOND).tasks) {
    const delayed = (by: number) =>
      scheduleTasks(
        DIAMOND.map((each) => (each.name === name ? { ...each, seconds: each.seconds + by } : each)),
      );
    expect(delayed(slack).seconds).toBe(620);
    expect(delayed(slack + 1).seconds).toBe(621);
  }
});

test("no more run at once than there are places, and the path says who waited for one", () => {
  const many = Array.from({ length: 25 }, (_, index) => task(`t${index}`, 10));
  const { seconds, unlimitedSeconds, critical, tasks } = scheduleTasks(many, 10);
  expect([seconds, unlimitedSeconds]).toEqual([30, 10]);
  expect(critical.map(({ start }) => start)).toEqual([0, 10, 20]);
  expect(critical.map(({ waitedForPlace }) => waitedForPlace)).toEqual([false, true, true]);
  for (const second of [5, 15, 25])
    expect(tasks.filter(({ start, end }) => start < second && second < end).length).toBeLessThanOrEqual(10);
});

test("a task without time takes no place", () => {
  const free = Array.from({ length: 5 }, (_, index) => task(`free${index}`, 0));
  expect(scheduleTasks([task("a", 10), ...free, task("b", 10)], 2).seconds).toBe(10);
});

test("a circle is refused, and nothing at all takes no time", () => {
  expect(() => scheduleTasks([task("a", 1, "b"), task("b", 1, "a")])).toThrow(/circle of a, b, a/);
  expect(scheduleTasks([])).toMatchObject({ seconds: 0, critical: [] });
});
