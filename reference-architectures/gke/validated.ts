import type { Size } from "../architecture.ts";
import { LOAD_RUNNER } from "../artefacts/load-runner.ts";
import { countProvisionerMachines, PROVISIONER_MACHINE } from "../artefacts/provisioner-machine.ts";
import { N2_PROCESSOR } from "../machine-types.ts";
import { type CommonPart, VALIDATED, validatedPart, type ValidatedName } from "../validated.ts";

/** The figures of a validated size that Coder's page leaves open. */
interface Choices {
  /** A machine that leaves a replica its cores and memory beside Kubernetes' own pods. */
  readonly coderMachine: string;
  readonly workspaceNodes: number;
  readonly systemNodes: number;
  readonly runner: keyof typeof LOAD_RUNNER.google;
  readonly diskGib: number;
  readonly maxConnections: number;
}

/**
 * Ours. Workspaces: 127 disks on each node. Database: a disk's speed grows with its size; its connections are 100 of
 * each replica, and a fifth more.
 */
const CHOICES: Readonly<Record<ValidatedName, Choices>> = {
  "validated-1k": {
    coderMachine: "n2-standard-4",
    workspaceNodes: 5,
    systemNodes: 2,
    runner: "large",
    diskGib: 100,
    maxConnections: 500,
  },
  "validated-2k": {
    coderMachine: "n2-standard-8",
    workspaceNodes: 10,
    systemNodes: 2,
    runner: "large",
    diskGib: 250,
    maxConnections: 500,
  },
  "validated-3k": {
    coderMachine: "n2-standard-8",
    workspaceNodes: 15,
    systemNodes: 2,
    runner: "large",
    diskGib: 500,
    maxConnections: 500,
  },
  "validated-10k": {
    coderMachine: "n2-standard-8",
    workspaceNodes: 48,
    systemNodes: 3,
    runner: "largest",
    diskGib: 1_000,
    maxConnections: 1_500,
  },
};

/** Returns Coder's validated architecture on GKE with Cloud SQL. */
export function validatedSize(name: ValidatedName, common: CommonPart): Size {
  const { coder, database, provisioners } = VALIDATED[name];
  const choices = CHOICES[name];
  return {
    ...common,
    ...validatedPart(name),
    machines: {
      coder: { machineType: choices.coderMachine, minCpuPlatform: N2_PROCESSOR, nodes: coder.replicas },
      workspaces: { machineType: "e2-standard-16", nodes: choices.workspaceNodes },
      system: { machineType: "e2-standard-4", nodes: choices.systemNodes },
      provisioners: {
        ...PROVISIONER_MACHINE.google,
        nodes: countProvisionerMachines(provisioners),
      },
      runner: LOAD_RUNNER.google[choices.runner],
    },
    database: {
      kind: "cloud-sql",
      version: "POSTGRES_16",
      tier: `db-custom-${database.cores}-${database.memoryGib * 1_024}`,
      diskGib: choices.diskGib,
      maxConnections: choices.maxConnections,
    },
  };
}
