import { architectures } from "../../../reference-architectures/catalogue.ts";
import type { Size } from "../../../reference-architectures/architecture.ts";
import type { Environment } from "../../../stacks/environment.ts";
import { GENERATOR_PLACES } from "../../model/record/generator-place.ts";
import type { RunRecord } from "../../model/record/record.ts";
import type { Plan } from "../folder/plan.ts";

/**
 * The platform of a run, as its size names it. The processors of its machines are known only after the load,
 * from the cloud (`machines.ts`); each of AWS's machine types has one processor.
 */
export function describePlatform(
  { size, runner, rehearsal }: Pick<Plan, "size" | "runner" | "rehearsal">,
  { architecture, tls, ownCluster }: Pick<Environment, "architecture" | "tls" | "ownCluster">,
): NonNullable<RunRecord["provenance"]["platform"]> {
  const { machines, database, kubernetesVersion } = size;
  const workspaces = machines.workspaces.nodes > 0 ? machines.workspaces : machines.coder;
  return {
    ...(kubernetesVersion === undefined ? {} : { kubernetes: kubernetesVersion }),
    postgres: postgresOf(database, ownCluster),
    coderMachine: machines.coder.machineType,
    workspaceMachine: workspaces.machineType,
    database: `${database.kind} ${database.tier}`,
    ...(architectures.get(architecture)?.carriedBy === "machine-each"
      ? {}
      : { workspaceImage: ownCluster?.images?.workspace ?? size.workspacePod.image }),
    // A real Coder on this machine has no provider mirror of the stacks.
    ...(rehearsal?.coder === undefined ? { templateProviders: size.templateProviders } : {}),
    tls: tls === undefined ? "off" : "self-signed",
    generator: GENERATOR_PLACES[runner],
  };
}

/** The version that the size names, or what is known of a Postgres of the user's own. */
function postgresOf({ kind, version }: Size["database"], ownCluster: Environment["ownCluster"]): string {
  if (kind === "external") return "the user's own";
  return ownCluster?.images?.postgres ?? version.replace("POSTGRES_", "");
}
