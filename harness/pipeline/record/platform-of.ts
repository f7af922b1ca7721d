import { architectures } from "../../../reference-architectures/catalogue.ts";
import type { Environment } from "../../../stacks/environment.ts";
import { GENERATOR_PLACES } from "../../model/record/generator-place.ts";
import type { RunRecord } from "../../model/record/record.ts";
import type { Plan } from "../folder/plan.ts";

/**
 * What a run is measured on, as its size names it. Which processors its machines had is known after the load, from the
 * cloud itself (`machines.ts`); each of AWS's machine types has one.
 */
export function platformOf(
  { size, runner, rehearsal }: Pick<Plan, "size" | "runner" | "rehearsal">,
  { architecture, tls }: Pick<Environment, "architecture" | "tls">,
): NonNullable<RunRecord["provenance"]["platform"]> {
  const { machines, database, kubernetesVersion } = size;
  const workspaces = machines.workspaces.nodes > 0 ? machines.workspaces : machines.coder;
  return {
    ...(kubernetesVersion === undefined ? {} : { kubernetes: kubernetesVersion }),
    postgres: database.version.replace("POSTGRES_", ""),
    coderMachine: machines.coder.machineType,
    workspaceMachine: workspaces.machineType,
    database: `${database.kind} ${database.tier}`,
    ...(architectures.get(architecture)?.carriedBy === "machine-each"
      ? {}
      : { workspaceImage: size.workspacePod.image }),
    // A real Coder on this machine has no mirror of the stacks.
    ...(rehearsal?.coder === undefined ? { templateProviders: size.templateProviders } : {}),
    tls: tls === undefined ? "off" : "self-signed",
    generator: GENERATOR_PLACES[runner],
  };
}
