import type { Architecture, Size } from "../../../reference-architectures/architecture.ts";
import { machineOf } from "../../../reference-architectures/machine-types.ts";

/** What an environment of a size asks of its cloud, at most and at the same time. */
export interface Need {
  /** By family, such as `n2` or `m6i`. */
  readonly vcpus: Readonly<Record<string, number>>;
  readonly instances: number;
  /** Disks of machines that Coder or nodes run on, and of workspaces that are machines: SSD. */
  readonly ssdGib: number;
  /** Home volumes, and disks of the cheap kind that workspaces' machines may have. */
  readonly standardGib: number;
  /** Public addresses: NAT's. No machine has one. */
  readonly publicAddresses: number;
  /** Every machine type once. */
  readonly machineTypes: readonly string[];
  /** Google: every processor that machines must have at least, once. */
  readonly cpuPlatforms: readonly string[];
}

/** Of a machine whose size does not say, as the stacks make them. */
const DISK_GIB = 100;
/** The least that a workspace's own machine has, whatever its home. */
const WORKSPACE_MACHINE_GIB = 10;
/** A NAT gateway takes one, and another when its ports run out. */
const PUBLIC_ADDRESSES = 2;

/** Derives the need from a size's machines, volumes and place of the workspaces. */
export function needOf(architecture: Pick<Architecture, "carriedBy">, size: Size): Need {
  const { coder, workspaces, system, runner } = size.machines;
  const eachAMachine = architecture.carriedBy === "machine-each";
  const cluster = architecture.carriedBy === "gke" || architecture.carriedBy === "eks";
  const pools = [coder, workspaces, system].filter(({ nodes }) => nodes > 0);
  const all = [...pools, { ...runner, nodes: 1 }];
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
    // On one machine homes are folders of its own disk.
    standardGib: (isCheap ? ownDisks : 0) + (cluster ? size.workspaces * size.homeVolumeGib : 0),
    publicAddresses: PUBLIC_ADDRESSES,
    machineTypes: [...new Set(all.map(({ machineType }) => machineType))],
    cpuPlatforms: [...new Set(all.flatMap(({ minCpuPlatform }) => minCpuPlatform ?? []))],
  };
}

/** The need in one line. */
export function needWords(need: Need): string {
  const cores = Object.entries(need.vcpus).map(([family, count]) => `${count} ${family}`);
  return `${cores.join(" + ")} vCPUs, ${need.instances} machines, ${need.ssdGib} GB of SSD, ${need.standardGib} GB of other disks, ${need.publicAddresses} public addresses`;
}

/** `n2` of `n2-standard-8`, `m6i` of `m6i.2xlarge`. */
export function familyOf(machineType: string): string {
  return /^[a-z0-9]+/.exec(machineType)?.[0] ?? machineType;
}
