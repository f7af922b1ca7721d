import { measurements, type Measurements } from "../../model/record/record.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import { sshPath } from "./deployment-target.ts";
import type { Plan } from "../folder/plan.ts";

/** A load's measurements in the form of a record, including the path that SSH took. */
export function recordedMeasurements(plan: Plan, result: LoadResult): Measurements {
  const { connections } = result;
  return {
    ...measurements.omit({ connections: true }).parse(result),
    connections: { ...connections, sshPath: sshPath(plan, connections) },
  };
}
