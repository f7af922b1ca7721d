import {
  availableUsers,
  greedyName,
  lengthOf,
  lengthOfAll,
  opensPerSecond,
  runsIn,
} from "./plan-schedule.ts";
import {
  API_PROBE,
  PHASES_OF_KIND,
  type Schedule,
  type ScheduledLoad,
  type ScheduledObjective,
} from "./schedule.ts";

/** The closing round asks every connection within this time. */
const CLOSING_SECONDS = 20;
/** Fewer connections are asked at this rate. */
const CLOSING_PER_SECOND = 200;
/** Connections are held for at least this long between their opening and the closing round. */
const LEAST_HELD_SECONDS = 1;
const LONGEST_SECONDS = 7 * 86_400;

/** What is wrong with a schedule: the field, its value, what was expected, and what to do. */
export interface ScheduleProblem {
  /** Such as `loads[1].to`. */
  readonly field: string;
  readonly value: unknown;
  readonly expected: string;
  readonly next: string;
}

/**
 * Returns the first rule that a schedule of the right shape breaks, for so many users with workspaces; undefined if it
 * breaks none.
 */
export function findScheduleProblem(schedule: Schedule, users: number): ScheduleProblem | undefined {
  return (
    periodProblem(schedule) ??
    firstOf(schedule.loads, (load, index) =>
      loadProblem(schedule, load, { field: `loads[${index}]`, users }),
    ) ??
    buildsProblem(schedule, users) ??
    firstOf(schedule.objectives, (objective, index) =>
      objectiveProblem(schedule, objective, `objectives[${index}]`),
    )
  );
}

function firstOf<T>(
  all: readonly T[],
  problemOf: (one: T, index: number) => ScheduleProblem | undefined,
): ScheduleProblem | undefined {
  for (const [index, one] of all.entries()) {
    const problem = problemOf(one, index);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function periodProblem(schedule: Schedule): ScheduleProblem | undefined {
  const { periods, loads } = schedule;
  const twice = repeated(periods);
  if (twice !== undefined)
    return {
      ...{ field: `periods[${twice}].name`, value: periods[twice]?.name },
      ...{ expected: "a name that no other period has", next: "rename one of the two" },
    };
  if (lengthOfAll(schedule) > LONGEST_SECONDS)
    return {
      ...{ field: "periods", value: lengthOfAll(schedule) },
      ...{ expected: `at most ${LONGEST_SECONDS} seconds together`, next: "shorten periods or remove some" },
    };
  const names = loads.flatMap((load) => [
    { name: load.name },
    ...("greedy" in load && load.greedy !== undefined ? [{ name: greedyName(load.name) }] : []),
  ]);
  const again = repeated([{ name: API_PROBE }, ...names]);
  if (again === undefined) return undefined;
  const taken = names[again - 1]?.name ?? "";
  const at = Math.max(
    loads.findLastIndex(({ name }) => name === taken),
    loads.findLastIndex(({ name }) => greedyName(name) === taken),
  );
  return {
    ...{ field: `loads[${at}].name`, value: taken },
    expected: `a name that no other load has; "${API_PROBE}" and the names of greedy agents (<load>-greedy) are taken`,
    next: "rename it",
  };
}

/** The index of the first item whose name an earlier one has. */
function repeated(items: readonly { readonly name: string }[]): number | undefined {
  const names = items.map(({ name }) => name);
  const index = names.findIndex((name, at) => names.indexOf(name) < at);
  return index < 0 ? undefined : index;
}

function loadProblem(
  schedule: Schedule,
  load: ScheduledLoad,
  { field, users }: { readonly field: string; readonly users: number },
): ScheduleProblem | undefined {
  const periods = schedule.periods.map(({ name }) => name);
  for (const end of ["from", "to"] as const)
    if (!periods.includes(load[end]))
      return {
        ...{ field: `${field}.${end}`, value: load[end] },
        ...{ expected: `one of the periods ${periods.join(", ")}`, next: "name a period of the file" },
      };
  if (periods.indexOf(load.to) < periods.indexOf(load.from))
    return {
      ...{ field: `${field}.to`, value: load.to },
      expected: `${load.from} or a later period, because the load begins in ${load.from}`,
      next: "exchange from and to, or choose a later end",
    };
  return userProblem(schedule, load, { field, users }) ?? timeProblem(schedule, load, { field, users });
}

function userProblem(
  schedule: Schedule,
  load: ScheduledLoad,
  { field, users }: { readonly field: string; readonly users: number },
): ScheduleProblem | undefined {
  const available = availableUsers(schedule, load, users);
  const others = users - available;
  const because =
    others === 0
      ? `the load has ${users} users with workspaces`
      : `of ${users} users with workspaces, ${others} have theirs stopped until builds start them`;
  const wanted = load.users ?? available;
  if (wanted > available || available === 0)
    return {
      ...{ field: `${field}.users`, value: wanted },
      expected: `${available === 0 ? "no such load" : `at most ${available}`}, because ${because}`,
      next:
        others === 0
          ? "lower it, or ask for more users and workspaces"
          : "lower it, lower the users of the builds, or begin this load after the builds",
    };
  if (!("greedy" in load) || load.greedy === undefined || load.greedy.users <= wanted) return undefined;
  return {
    ...{ field: `${field}.greedy.users`, value: load.greedy.users },
    expected: `at most ${wanted}, the users of the load`,
    next: "lower it, or raise the users of the load",
  };
}

function timeProblem(
  schedule: Schedule,
  load: ScheduledLoad,
  { field, users: all }: { readonly field: string; readonly users: number },
): ScheduleProblem | undefined {
  const seconds = lengthOf(schedule, load);
  const users = load.users ?? availableUsers(schedule, load, all);
  if (load.kind === "builds") {
    const needed = ((users - 1) / load.startsPerMinute) * 60;
    if (needed <= seconds) return undefined;
    return {
      ...{ field: `${field}.startsPerMinute`, value: load.startsPerMinute },
      expected: `at least ${rounded(((users - 1) / seconds) * 60)}, because ${users} workspaces are to be started within the ${rounded(seconds)} s of the load`,
      next: "raise it, lower the users, or end the load later",
    };
  }
  if (!("connectionsPerUser" in load)) return undefined;
  const sockets = { ...load, users };
  const connections = users * load.connectionsPerUser;
  const opening = connections / opensPerSecond(schedule, sockets);
  const closing = Math.min(CLOSING_SECONDS, connections / CLOSING_PER_SECOND);
  const needed = opening + closing + LEAST_HELD_SECONDS;
  if (needed <= seconds) return undefined;
  return {
    ...{ field: `${field}.to`, value: load.to },
    expected: `a load of at least ${rounded(needed)} s, because opening its ${connections} connections takes ${rounded(opening)} s and proving them at the end ${rounded(closing)} s; it has ${rounded(seconds)} s`,
    next: "lengthen its periods, raise opensPerSecond, or lower its connections",
  };
}

/** Builds of several loads start different workspaces. */
function buildsProblem(schedule: Schedule, users: number): ScheduleProblem | undefined {
  let left = users;
  return firstOf(schedule.loads, (load, index) => {
    if (load.kind !== "builds") return undefined;
    const wanted = load.users ?? users;
    if (wanted > left)
      return {
        ...{ field: `loads[${index}].users`, value: wanted },
        expected: `at most ${left}, because earlier builds stop the workspaces of the other users`,
        next: "lower the users of one of the builds",
      };
    left -= wanted;
    return undefined;
  });
}

function objectiveProblem(
  schedule: Schedule,
  objective: ScheduledObjective,
  field: string,
): ScheduleProblem | undefined {
  const { loads, periods } = schedule;
  const rows = [
    ...loads.map((load) => ({ load, row: load.name })),
    ...loads
      .filter((load) => "greedy" in load && load.greedy !== undefined)
      .map((load) => ({ load, row: greedyName(load.name) })),
  ];
  const found = rows.find(({ row }) => row === objective.load)?.load;
  if (found === undefined && objective.load !== API_PROBE)
    return {
      ...{ field: `${field}.load`, value: objective.load },
      expected: `one of ${[...rows.map(({ row }) => row), API_PROBE].join(", ")}`,
      next: "name a load of the file",
    };
  const [phase = ""] = objective.figure.split(".");
  const phases: readonly string[] = PHASES_OF_KIND[found?.kind ?? "api-probe"];
  if (!phases.includes(phase))
    return {
      ...{ field: `${field}.figure`, value: objective.figure },
      expected: `a figure of ${phases.join(", ")}, which ${objective.load} measures`,
      next: "name a phase of the load",
    };
  const own = periods
    .map(({ name }) => name)
    .filter((name) => found === undefined || runsIn(schedule, found, name));
  for (const key of ["period", "comparedWith"] as const) {
    const named = objective[key];
    if (named !== undefined && !own.includes(named))
      return {
        ...{ field: `${field}.${key}`, value: named },
        expected: `one of the periods ${own.join(", ")}, in which ${objective.load} runs`,
        next: "name one of them, or omit it",
      };
  }
  if (objective.comparedWith === undefined || objective.period !== undefined) return undefined;
  return {
    ...{ field: `${field}.period`, value: undefined },
    expected: "the period that is compared with comparedWith",
    next: "add it, or omit comparedWith",
  };
}

function rounded(value: number): string {
  return String(Math.ceil(value * 10 - 1e-9) / 10);
}
