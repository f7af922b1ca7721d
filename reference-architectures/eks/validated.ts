import type { Size } from "../architecture.ts";
import { LOAD_RUNNER } from "../artefacts/load-runner.ts";
import { countProvisionerMachines, PROVISIONER_MACHINE } from "../artefacts/provisioner-machine.ts";
import { type CommonPart, VALIDATED, validatedPart, type ValidatedName } from "../validated.ts";

/** The figures of a validated size that Coder's page leaves open. */
interface Choices {
  /** A machine that leaves a replica its cores and memory beside Kubernetes' own pods. */
  readonly coderMachine: string;
  readonly workspaces: Size["machines"]["workspaces"];
  /** @default that of all sizes */
  readonly homeVolumeGib?: number;
  readonly systemNodes: number;
  readonly runner: keyof typeof LOAD_RUNNER.aws;
  /** The tier of RDS with the published cores. It has 4 GiB for each core; the page names 3.75. */
  readonly tier: string;
  readonly diskGib: number;
  readonly maxConnections: number;
}

/** Ours. Workspaces: 23 disks on each node, as in size 100. Database: as on GKE. */
const CHOICES: Readonly<Record<ValidatedName, Choices>> = {
  "validated-1k": {
    coderMachine: "m6i.xlarge",
    workspaces: { machineType: "m6i.xlarge", nodes: 27 },
    systemNodes: 2,
    runner: "large",
    tier: "db.m6i.2xlarge",
    diskGib: 100,
    maxConnections: 500,
  },
  "validated-2k": {
    coderMachine: "m6i.2xlarge",
    workspaces: { machineType: "m6i.xlarge", nodes: 53 },
    systemNodes: 2,
    runner: "large",
    tier: "db.m6i.4xlarge",
    diskGib: 250,
    maxConnections: 500,
  },
  "validated-3k": {
    coderMachine: "m6i.2xlarge",
    workspaces: { machineType: "m6i.xlarge", nodes: 79 },
    systemNodes: 2,
    runner: "large",
    tier: "db.m6i.8xlarge",
    diskGib: 500,
    maxConnections: 500,
  },
  "validated-10k": {
    coderMachine: "m6i.2xlarge",
    /**
     * 23 disks on each node would need 261 nodes, and each pulls the image: Docker Hub grants 100 pulls to one address.
     * So there are no home disks, and 102 pods on each node.
     */
    workspaces: { machineType: "m6i.4xlarge", nodes: 59 },
    homeVolumeGib: 0,
    systemNodes: 3,
    runner: "largest",
    tier: "db.m6i.16xlarge",
    diskGib: 1_000,
    maxConnections: 1_500,
  },
};

/** Returns Coder's validated architecture on EKS with RDS. */
export function validatedSize(name: ValidatedName, common: CommonPart): Size {
  const { coder, provisioners } = VALIDATED[name];
  const choices = CHOICES[name];
  return {
    ...common,
    ...validatedPart(name),
    homeVolumeGib: choices.homeVolumeGib ?? common.homeVolumeGib,
    machines: {
      coder: { machineType: choices.coderMachine, nodes: coder.replicas },
      workspaces: choices.workspaces,
      system: { machineType: "m6i.xlarge", nodes: choices.systemNodes },
      provisioners: {
        ...PROVISIONER_MACHINE.aws,
        nodes: countProvisionerMachines(provisioners),
      },
      runner: LOAD_RUNNER.aws[choices.runner],
    },
    database: {
      kind: "rds",
      version: "POSTGRES_16",
      tier: choices.tier,
      diskGib: choices.diskGib,
      maxConnections: choices.maxConnections,
    },
  };
}
