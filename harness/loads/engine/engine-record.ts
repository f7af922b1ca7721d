import type { Objective } from "../../../reference-architectures/architecture.ts";
import type { RunRecord, Teardown } from "../../model/record/record.ts";
import { judgeRecord, OWN_OBJECTIVES } from "../../results/judge-record.ts";
import { judge } from "../../results/judge/objectives.ts";
import { coderObjectives } from "./coder-objectives.ts";

/**
 * A record whose load Coder's utility made, told as such: its engine among the conditions, what its cleanup could not
 * delete as left, and objectives that it cannot tell as warnings. A record of refbench's own engine stays as it is.
 */
export function engineRecord(record: RunRecord): RunRecord {
  const { measurements } = record;
  const engine = measurements?.engine;
  if (engine === undefined) return record;
  const asked = record.objectives.flatMap((objective): Objective[] => {
    const { metric, direction, name, description, threshold, ...rest } = objective;
    const { unit, severity, appliesWhen, ifUnread, reason } = rest;
    return metric === undefined || direction === undefined
      ? []
      : [{ name, description, metric, threshold, direction, unit, severity, appliesWhen, ifUnread, reason }];
  });
  const told: RunRecord = {
    ...record,
    conditions: [
      `engine: ${engine.command} (${engine.version}), not refbench's own`,
      ...record.conditions.map((words) =>
        words === "user tokens: created by the site admin" ? "user tokens: a login each" : words,
      ),
      ...engine.notComparable.map((words) => `not comparable: ${words}`),
    ],
    objectives: judge(coderObjectives(asked, measurements), measurements).map(defined),
    teardown: withLeft(record.teardown, engine.left),
  };
  const { verdict, reasons } = judgeRecord(told, OWN_OBJECTIVES);
  return { ...told, verdict, reasons: [...reasons] };
}

/** Left by either cleanup is left; a cleanup that could not ask still could not. */
function withLeft(
  teardown: Teardown,
  left: NonNullable<NonNullable<RunRecord["measurements"]>["engine"]>["left"],
): Teardown {
  if (teardown.state === "pending") return teardown;
  const scope = `${teardown.scope}; what Coder's utility made, by listings before and after it`;
  if (left.length === 0) return { ...teardown, scope };
  return {
    ...teardown,
    state: "leaked",
    scope,
    left: [...teardown.left, ...left.map(({ id, kind, name }) => ({ id, kind, name }))],
    problems: [...teardown.problems, ...left.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`)],
  };
}

/** Without the fields that have no value, as a stored record has it. */
function defined<T extends object>(of: T): T {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as T;
}
