import type { Architecture, Size } from "../../../reference-architectures/architecture.ts";
import { machineOf } from "../../../reference-architectures/machine-types.ts";

/** The needs of an environment of a size, at most and at the same time. */
export interface Need {
  /** By family, such as `n2` or `m6i`. */
  readonly vcpus: Readonly<Record<string, number>>;
  readonly instances: number;
  /** SSDs of machines for Coder and nodes, and of workspaces that are machines. */
  readonly ssdGib: number;
  /** Home volumes, and cheap disks that workspaces' machines may have. */
  readonly standardGib: number;
  /** Public addresses, only for NAT: no machine has one. */
  readonly publicAddresses: number;
  /** All distinct machine types. */
  readonly machineTypes: readonly string[];
  /** Google: all distinct minimum processors of machines. */
  readonly cpuPlatforms: readonly string[];
}

/** Default disk of a machine in the stacks. */
const DISK_GIB = 100;
/** Smallest disk of a workspace's own machine. */
const WORKSPACE_MACHINE_GIB = 10;
/** A NAT gateway takes one address, and another when its ports run out. */
const PUBLIC_ADDRESSES = 2;

/** Derives the need from a size's machines and volumes. */
export function needOf(
  architecture: Pick<Architecture, "carriedBy">,
  size: Size,
  /** Nodes of the cluster for pods that generate load. @default the load runner instead */
  generators?: number,
): Need {
  const { coder, workspaces, system, runner } = size.machines;
  const eachAMachine = architecture.carriedBy === "machine-each";
  const cluster = architecture.carriedBy === "gke" || architecture.carriedBy === "eks";
  const pools = [coder, workspaces, system].filter(({ nodes }) => nodes > 0);
  const load =
    generators === undefined ? { ...runner, nodes: 1 } : { ...runner, diskGib: DISK_GIB, nodes: generators };
  const all = [...pools, load];
  const vcpus: Record<string, number> = {};
  for (const { machineType, nodes } of all) {
    const family = familyOf(machineType);
    vcpus[family] = (vcpus[family] ?? 0) + nodes * machineOf(machineType).cores;
  }
  const onSsd = all.filter((pool) => !(eachAMachine && pool === workspaces));
  const ownDisks = eachAMachine
    ? workspaces.nodes * Math.max(WORKSPACE_MACHINE_GIB, workspaces.diskGib ?? size.homeVolumeGib)
    : 0;
  // Google counts balanced disks as SSD.
  const isCheap = workspaces.diskType === "pd-standard";
  return {
    vcpus,
    instances: all.reduce((sum, { nodes }) => sum + nodes, 0),
    ssdGib:
      onSsd.reduce((sum, { nodes, diskGib = DISK_GIB }) => sum + nodes * diskGib, 0) +
      (isCheap ? 0 : ownDisks),
    // On one machine, homes are folders on its disk.
    standardGib: (isCheap ? ownDisks : 0) + (cluster ? size.workspaces * size.homeVolumeGib : 0),
    publicAddresses: PUBLIC_ADDRESSES,
    machineTypes: [...new Set(all.map(({ machineType }) => machineType))],
    cpuPlatforms: [...new Set(all.flatMap(({ minCpuPlatform }) => minCpuPlatform ?? []))],
  };
}

/** Describes the need in one line. */
export function needWords(need: Need): string {
  const cores = Object.entries(need.vcpus).map(([family, count]) => `${count} ${family}`);
  return `${cores.join(" + ")} vCPUs, ${need.instances} machines, ${need.ssdGib} GB of SSD, ${need.standardGib} GB of other disks, ${need.publicAddresses} public addresses`;
}

/** Returns `n2` for `n2-standard-8` and `m6i` for `m6i.2xlarge`. */
export function familyOf(machineType: string): string {
  return /^[a-z0-9]+/.exec(machineType)?.[0] ?? machineType;
}
