import { expect, test } from "vitest";
import { coderPattern } from "../../../reference-architectures/mixed/coder-pattern.ts";
import { connectionsOf, planSchedule, runsIn } from "../../../reference-architectures/mixed/plan-schedule.ts";
import { findScheduleProblem } from "../../../reference-architectures/mixed/schedule-problem.ts";
import { type Schedule, scheduleSchema } from "../../../reference-architectures/mixed/schedule.ts";

const GOOD = {
  name: "two loads",
  periods: [
    { name: "T0", seconds: 10 },
    { name: "T1", seconds: 10 },
  ],
  loads: [
    { name: "ssh", kind: "ssh", from: "T0", to: "T1" },
    { name: "dashboard", kind: "dashboard", from: "T1", to: "T1" },
  ],
  objectives: [{ load: "ssh", period: "T1", comparedWith: "T0", figure: "held-command.p95", atMost: 2 }],
};

function scheduleWith(change: object): Schedule {
  return scheduleSchema.parse({ ...GOOD, ...change });
}

test("a schedule whose fields fit together has no problem", () => {
  expect(findScheduleProblem(scheduleWith({}), 10)).toBeUndefined();
  expect(findScheduleProblem(coderPattern("wsec"), 1_000)).toBeUndefined();
});

const ssh = { name: "ssh", kind: "ssh", from: "T0", to: "T1" };
const builds = { name: "nine", kind: "builds", from: "T0", to: "T0", users: 6, startsPerMinute: 60 };

test.each<[string, string, object]>([
  ["two periods of one name", "periods[1].name", { periods: [GOOD.periods[0], GOOD.periods[0]] }],
  ["a period that is not there", "loads[0].from", { loads: [{ ...ssh, from: "T9" }] }],
  ["a load that ends before it begins", "loads[0].to", { loads: [{ ...ssh, from: "T1", to: "T0" }] }],
  ["more users than there are", "loads[0].users", { loads: [{ ...ssh, users: 11 }] }],
  ["two loads of one name", "loads[1].name", { loads: [ssh, ssh] }],
  ["the row of the API probe as a load", "loads[0].name", { loads: [{ ...ssh, name: "api-probe" }] }],
  [
    "more greedy users than users",
    "loads[0].greedy.users",
    { loads: [{ ...ssh, users: 2, greedy: { users: 3, bytesPerTick: 1, tickMs: 1 } }] },
  ],
  [
    "the name of greedy agents as a load",
    "loads[1].name",
    {
      loads: [
        { ...ssh, greedy: { users: 1, bytesPerTick: 1, tickMs: 1 } },
        { ...ssh, name: "ssh-greedy" },
      ],
    },
  ],
  ["users whose workspaces builds have stopped", "loads[0].users", { loads: [{ ...ssh, users: 5 }, builds] }],
  [
    "builds of more workspaces than there are",
    "loads[1].users",
    { loads: [builds, { ...builds, name: "x" }] },
  ],
  [
    "builds too slow for their time",
    "loads[0].startsPerMinute",
    { loads: [{ ...builds, startsPerMinute: 1 }] },
  ],
  ["connections that open too slowly", "loads[0].to", { loads: [{ ...ssh, opensPerSecond: 0.5 }] }],
  [
    "an objective of a load that is not there",
    "objectives[0].load",
    { objectives: [{ load: "apps", figure: "app-echo.p95", atMost: 1 }] },
  ],
  [
    "an objective of what the load does not measure",
    "objectives[0].figure",
    { objectives: [{ load: "ssh", figure: "api-read.p95", atMost: 1 }] },
  ],
  [
    "an objective of a period in which the load does not run",
    "objectives[0].period",
    { objectives: [{ load: "dashboard", period: "T0", figure: "api-read.p95", atMost: 1 }] },
  ],
  [
    "a comparison of no period",
    "objectives[0].period",
    { objectives: [{ load: "ssh", comparedWith: "T0", figure: "held-command.p95", atMost: 1 }] },
  ],
])("%s is refused with its field, what was expected and the next step", (_what, field, change) => {
  const objectives = "objectives" in change ? {} : { objectives: [] };
  const problem = findScheduleProblem(scheduleWith({ ...objectives, ...change }), 10);
  expect(problem).toMatchObject({
    field,
    expected: expect.stringMatching(/\w/) as string,
    next: expect.stringMatching(/\w/) as string,
  });
});

test("loads that begin after the builds may use the workspaces that they start, earlier ones the others", () => {
  const late = { ...ssh, name: "late", from: "T1" };
  const { loads } = planSchedule(scheduleWith({ objectives: [], loads: [ssh, late, builds] }), 10);
  expect(loads.map(({ users }) => users)).toEqual([4, 10, 6]);
});

test("greedy agents are one more connection of a load of their own", () => {
  const greedy = { users: 2, bytesPerTick: 25_000_000, tickMs: 40 };
  const { loads } = planSchedule(scheduleWith({ loads: [{ ...ssh, connectionsPerUser: 3, greedy }] }), 10);
  expect(loads.map((load) => [load.name, connectionsOf(load)])).toEqual([
    ["ssh", 30],
    ["ssh-greedy", 2],
  ]);
  expect(loads[1]).toMatchObject({ traffic: { bytesPerTick: 25_000_000, tickMs: 40 } });
});

test("Coder's pattern begins and ends as Coder publishes it", () => {
  const pattern = coderPattern("wsec");
  expect(
    pattern.loads.map((load) => [
      load.name,
      pattern.periods.map(({ name }) => (runsIn(pattern, load, name) ? "X" : ".")).join(""),
    ]),
  ).toEqual([
    ["ssh", "XXXX..."],
    ["terminals", ".XXXX.."],
    ["apps", "..XXXX."],
    ["dashboard", "...XXXX"],
  ]);
});
