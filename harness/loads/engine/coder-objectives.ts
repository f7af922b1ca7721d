import type { Objective } from "../../../reference-architectures/architecture.ts";
import type { RunRecord } from "../../model/record/record.ts";

/** Figures that Coder's utility cannot tell, with why. */
const UNTOLD: Readonly<Record<string, string>> = {
  "connections.serverGauge.terminal":
    "the server may have counted after connections of Coder's utility ended",
  "connections.serverGauge.ssh": "the server may have counted after connections of Coder's utility ended",
};

/** Of a load on workspaces that exist: it reaches them by the held connections alone. */
const UNTOLD_OF_TRAFFIC: Readonly<Record<string, string>> = {
  ...UNTOLD,
  "workspaces.succeeded": "Coder's utility runs no command in workspaces that exist",
};

/** The objectives of a load by Coder's utility: what it cannot tell is shown as missed, and fails nothing. */
export function coderObjectives(
  objectives: readonly Objective[],
  measurements: RunRecord["measurements"],
): Objective[] {
  const why = measurements?.workspaces.asked === 0 ? UNTOLD_OF_TRAFFIC : UNTOLD;
  return objectives.map((objective) => {
    const untold = why[objective.metric.path];
    if (untold === undefined) return objective;
    const reason = objective.reason === undefined ? untold : `${objective.reason}; ${untold}`;
    return { ...objective, severity: "warn", reason };
  });
}
