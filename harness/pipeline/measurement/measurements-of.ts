import { measurements, type Measurements } from "../../model/record/record.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import { sshPathOf } from "./deployment-of.ts";
import type { Plan } from "../folder/plan.ts";

/** What a load measured, as a record holds it: with the way that its SSH took. */
export function measurementsOf(plan: Plan, result: LoadResult): Measurements {
  const { connections } = result;
  return {
    ...measurements.omit({ connections: true }).parse(result),
    connections: { ...connections, sshPath: sshPathOf(plan, connections) },
  };
}
