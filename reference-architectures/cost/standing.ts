import type { Architecture, Size } from "../architecture.ts";

/** The parts of an environment that are billed. */
export interface Standing {
  readonly size: Size;
  /** Where Kubernetes is. */
  readonly cluster: boolean;
  /** The machines of each role, without roles that have no machines. */
  readonly pools: readonly Pool[];
  /** Machines of workspaces, each with its disk. */
  readonly workspaceMachines: number;
  /** Home disks beside the machines. */
  readonly homeVolumes: number;
}

interface Pool {
  /** The role in words: "Coder", "workspaces". */
  readonly role: string;
  readonly machineType: string;
  readonly nodes: number;
  readonly disk: { readonly kind: "node" | "coder" | "runner"; readonly gib: number };
}

/** The disks that the stacks create: each node's own disk, and that of a Coder machine without a size. */
const NODE_DISK_GIB = 100;
const CODER_DISK_GIB = 100;
/** The system, Coder's image, and the providers of 30 provisioners, each with its own cache. */
const PROVISIONER_DISK_GIB = 50;

/** Returns what a run of this size creates. */
export function standingOf(
  { carriedBy }: Pick<Architecture, "carriedBy">,
  size: Size,
  {
    runner,
    generators = 0,
  }: {
    /** Whether a load runner's machine exists. */
    readonly runner: boolean;
    /** Nodes of the cluster for pods that generate load. @default 0 */
    readonly generators?: number | undefined;
  },
): Standing {
  const { machines } = size;
  const cluster = carriedBy === "gke" || carriedBy === "eks";
  const machineEach = carriedBy === "machine-each";
  const node = { kind: "node", gib: NODE_DISK_GIB } as const;
  const coderDisk = cluster
    ? node
    : ({ kind: "coder", gib: machines.coder.diskGib ?? CODER_DISK_GIB } as const);
  const pools: Pool[] = [
    { role: "Coder", ...pick(machines.coder), disk: coderDisk },
    {
      role: "provisioners",
      ...pick(machines.provisioners),
      disk: cluster ? node : { kind: "coder", gib: machines.provisioners.diskGib ?? PROVISIONER_DISK_GIB },
    },
    { role: "Kubernetes' own pods", ...pick(machines.system), disk: node },
    ...(machineEach ? [] : [{ role: "workspaces", ...pick(machines.workspaces), disk: node }]),
    ...(runner
      ? [
          {
            role: "the load",
            machineType: machines.runner.machineType,
            nodes: 1,
            disk: { kind: "runner", gib: machines.runner.diskGib } as const,
          },
        ]
      : []),
    { role: "the load's pods", machineType: machines.runner.machineType, nodes: generators, disk: node },
  ];
  return {
    size,
    cluster,
    pools: pools.filter(({ nodes }) => nodes > 0),
    workspaceMachines: machineEach ? size.workspaces : 0,
    homeVolumes: cluster && size.homeVolumeGib > 0 ? size.workspaces : 0,
  };
}

function pick({
  machineType,
  nodes,
}: Pick<Size["machines"]["coder"], "machineType" | "nodes">): Pick<Pool, "machineType" | "nodes"> {
  return { machineType, nodes };
}
