import type { Objective } from "../../../reference-architectures/architecture.ts";
import type { RunRecord } from "../../model/record/record.ts";

/** Figures that Coder's utility cannot report, with the reason. */
const UNREPORTED: Readonly<Record<string, string>> = {
  "connections.serverGauge.terminal":
    "the server may have counted after connections of Coder's utility ended",
  "connections.serverGauge.ssh": "the server may have counted after connections of Coder's utility ended",
};

/** The same for a load on existing workspaces, which it reaches only by the held connections. */
const UNREPORTED_TRAFFIC: Readonly<Record<string, string>> = {
  ...UNREPORTED,
  "workspaces.succeeded": "Coder's utility runs no command in workspaces that exist",
};

/** The objectives of a load by Coder's utility. One whose figure it cannot report becomes a warning, so that it fails no load. */
export function relaxObjectives(
  objectives: readonly Objective[],
  measurements: RunRecord["measurements"],
): Objective[] {
  const why = measurements?.workspaces.asked === 0 ? UNREPORTED_TRAFFIC : UNREPORTED;
  return objectives.map((objective) => {
    const unreported = why[objective.metric.path];
    if (unreported === undefined) return objective;
    const reason = objective.reason === undefined ? unreported : `${objective.reason}; ${unreported}`;
    return { ...objective, severity: "warn", reason };
  });
}
