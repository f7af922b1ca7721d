import type { Objective } from "../../../reference-architectures/architecture.ts";

/** Figures that Coder's utility cannot report, with the reason. */
const UNREPORTED: Readonly<Record<string, string>> = {
  "connections.serverGauge.terminal":
    "the server may have counted after connections of Coder's utility ended",
  "connections.serverGauge.ssh": "the server may have counted after connections of Coder's utility ended",
};

/** The objectives of a load by Coder's utility. One whose figure it cannot report becomes a warning, so that it fails no load. */
export function relaxObjectives(objectives: readonly Objective[]): Objective[] {
  return objectives.map((objective) => {
    const unreported = UNREPORTED[objective.metric.path];
    if (unreported === undefined) return objective;
    const reason = objective.reason === undefined ? unreported : `${objective.reason}; ${unreported}`;
    return { ...objective, severity: "warn", reason };
  });
}
