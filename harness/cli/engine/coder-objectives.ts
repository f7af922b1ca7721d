import type { Objective } from "../../../reference-architectures/architecture.ts";

/** Figures that Coder's utility cannot tell, with why. */
const UNTOLD: Readonly<Record<string, string>> = {
  "connections.verified": "Coder's utility verifies nothing that comes back",
};

/** The objectives of a load by Coder's utility: what it cannot tell is shown as missed, and fails nothing. */
export function coderObjectives(objectives: readonly Objective[]): Objective[] {
  return objectives.map((objective) => {
    const untold = UNTOLD[objective.metric.path];
    if (untold === undefined) return objective;
    const reason = objective.reason === undefined ? untold : `${objective.reason}; ${untold}`;
    return { ...objective, severity: "warn", reason };
  });
}
