import type { Objective } from "../../reference-architectures/architecture.ts";
import { architectures } from "../../reference-architectures/catalogue.ts";
import { OBJECTIVES } from "../../reference-architectures/objectives.ts";
import { GENERATOR_LIMITS, type GeneratorLimits } from "../../harness/model/ports/worker-task.ts";
import { markdownTable } from "./generated-pages.ts";

/** Each objective with its threshold, and what happens in a rehearsal. */
export function objectivesTable(): string {
  return markdownTable(
    ["objective", "what is judged", "threshold", "missed", "in a rehearsal"],
    OBJECTIVES.map((objective) => [
      `\`${objective.name}\``,
      objective.description,
      `${thresholdOf(objective)}${objective.perBuildRound === undefined ? "" : ` + ${inUnit(objective.perBuildRound, objective.unit)} for each round of builds`}`,
      objective.severity === "warn" ? "warns" : "fails",
      rehearsed(objective),
    ]),
  );
}

/** The table of the load of each size of each architecture. */
export function sizesTable(): string {
  const rows = [...architectures.values()].flatMap(({ name, label, sizes }) =>
    Object.entries(sizes).map(([size, figures]) => [
      `\`${name}\``,
      label,
      `\`${size}\``,
      count(figures.users),
      count(figures.workspaces),
      count(figures.concurrentBuilds),
      `${count(figures.connections.total)} (${Math.round(figures.connections.sshShare * 100)} % SSH)`,
      figures.licensed ? "yes" : "no",
    ]),
  );
  const head = ["architecture", "environment", "size", "users", "workspaces", "builds", "connections"];
  return markdownTable([...head, "licence"], rows);
}

/** The meaning of each signal of the generator, and whether it is a number of milliseconds, a share or a count. */
const SIGNALS = {
  slipP99Ms: ["due until really sent, p99", "ms"],
  slipMaxMs: ["due until really sent, at most", "ms"],
  lagP99Ms: ["delay of the event loop, p99", "ms"],
  unpacedLagP99Ms: ["delay of the event loop in windows without a pace, p99", "ms"],
  eventLoopUtilization: ["time in which the event loop was busy", "share"],
  runQueueShare: ["time in which the process waited for a core", "share"],
  stealShare: ["time that the hypervisor gave to other machines", "share"],
  synRetransmits: ["requests for a connection that were sent again", undefined],
  listenOverflows: ["connections that full queues dropped", undefined],
  childRunQueueShare: [
    "time in which child processes waited for a core, of the time that they wanted one",
    "share",
  ],
} as const satisfies Record<keyof GeneratorLimits, readonly [string, Objective["unit"]]>;

/** Beyond which signals a generator on a separate machine was the limit. */
export function generatorLimitsTable(): string {
  return markdownTable(
    ["signal", "at most"],
    (Object.keys(SIGNALS) as (keyof GeneratorLimits)[]).flatMap((name) => {
      const limit = GENERATOR_LIMITS[name];
      const [description, unit] = SIGNALS[name];
      return limit === undefined ? [] : [[description, inUnit(limit, unit)]];
    }),
  );
}

function thresholdOf({
  direction,
  threshold,
  unit,
}: Pick<Objective, "direction" | "threshold" | "unit">): string {
  return `${direction === "at-least" ? "at least" : "at most"} ${inUnit(threshold, unit)}`;
}

function inUnit(value: number, unit: Objective["unit"]): string {
  if (unit === "share") return `${Math.round(value * 1000) / 10} %`;
  return unit === "ms" ? `${count(value)} ms` : count(value);
}

function rehearsed({ inRehearsals, direction, unit }: (typeof OBJECTIVES)[number]): string {
  if (inRehearsals === undefined) return "the same";
  if (inRehearsals.severity === "warn") return "warns";
  return inRehearsals.threshold === undefined
    ? "the same"
    : thresholdOf({ direction, unit, threshold: inRehearsals.threshold });
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
