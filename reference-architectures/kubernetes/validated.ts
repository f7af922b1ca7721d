import type { Size } from "../architecture.ts";
import { type CommonPart, VALIDATED, validatedPart, type ValidatedName } from "../validated.ts";

/** Ours, as on GKE: the disk of Postgres and its connections; the fewest nodes that may carry the workspaces. */
const CHOICES: Readonly<
  Record<
    ValidatedName,
    { readonly workspaceNodes: number; readonly diskGib: number; readonly maxConnections: number }
  >
> = {
  "validated-1k": { workspaceNodes: 5, diskGib: 100, maxConnections: 500 },
  "validated-2k": { workspaceNodes: 10, diskGib: 250, maxConnections: 500 },
  "validated-3k": { workspaceNodes: 15, diskGib: 500, maxConnections: 500 },
  "validated-10k": { workspaceNodes: 48, diskGib: 1_000, maxConnections: 1_500 },
};

/** Returns Coder's validated architecture in a cluster of the user's own, with Postgres in a pod. */
export function validatedSize(
  name: ValidatedName,
  common: CommonPart,
  nodes: (counts: { coder: number; workspaces: number }) => Size["machines"],
): Size {
  const { coder, database } = VALIDATED[name];
  const { workspaceNodes, diskGib, maxConnections } = CHOICES[name];
  return {
    ...common,
    ...validatedPart(name),
    machines: nodes({ coder: coder.replicas, workspaces: workspaceNodes }),
    /** As in size 1200. */
    generatorPod: { cpuMillis: 4_000, memoryMib: 12_288 },
    database: {
      kind: "in-cluster",
      version: "POSTGRES_16",
      tier: `db-${database.cores * 1_000}m-${database.memoryGib * 1_024}Mi`,
      diskGib,
      maxConnections,
    },
  };
}
