import type { Objective } from "../../../reference-architectures/architecture.ts";
import type { RunRecord, Teardown } from "../../model/record/record.ts";
import { judgeRecord, OWN_OBJECTIVES } from "../../results/judge-record.ts";
import { judge } from "../../results/judge/objectives.ts";
import { relaxObjectives } from "./coder-objectives.ts";

/**
 * Marks a record whose load Coder's utility made: the engine becomes a condition, what its cleanup could not delete
 * counts as left, and objectives without a figure become warnings. A record of refbench's own engine is returned unchanged.
 */
export function markEngineRecord(record: RunRecord): RunRecord {
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
  const marked: RunRecord = {
    ...record,
    conditions: [
      `engine: ${engine.command} (${engine.version}), not refbench's own`,
      ...record.conditions.map((words) =>
        words === "user tokens: created by the site admin" ? "user tokens: a login each" : words,
      ),
      ...engine.notComparable.map((words) => `not comparable: ${words}`),
    ],
    objectives: judge(relaxObjectives(asked), measurements).map(removeUndefined),
    teardown: addLeft(record.teardown, engine.left),
  };
  const { verdict, reasons } = judgeRecord(marked, OWN_OBJECTIVES);
  return { ...marked, verdict, reasons: [...reasons] };
}

/** Adds what the cleanup of the utility left. An unverified cleanup stays unverified unless something is left. */
function addLeft(
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

/** Removes fields without a value, as in a stored record. */
function removeUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
