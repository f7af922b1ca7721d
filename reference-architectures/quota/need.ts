import type { Architecture, Size } from "../architecture.ts";
import { type Standing, standingOf } from "../cost/standing.ts";
import { machineOf } from "../machine-types.ts";

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

/** Smallest disk of a workspace's own machine. */
const WORKSPACE_MACHINE_GIB = 10;
/** A NAT gateway takes one address, and another when its ports run out. */
const PUBLIC_ADDRESSES = 2;

/** Derives the need from the machines and volumes that are billed, with the load runner. */
export function needOf(
  architecture: Pick<Architecture, "carriedBy">,
  size: Size,
  /** Nodes of the cluster for pods that generate load. @default the load runner instead */
  generators?: number,
): Need {
  const standing = standingOf(architecture, size, { runner: generators === undefined, generators });
  const all = [
    ...standing.pools.map(({ machineType, nodes }) => ({ machineType, nodes })),
    ...ownMachines(standing),
  ];
  const vcpus: Record<string, number> = {};
  for (const { machineType, nodes } of all) {
    const family = familyOf(machineType);
    vcpus[family] = (vcpus[family] ?? 0) + nodes * machineOf(machineType).cores;
  }
  const ownDisks = standing.workspaceMachines * Math.max(WORKSPACE_MACHINE_GIB, workspaceDiskGib(size));
  // Google counts balanced disks as SSD.
  const isCheap = size.machines.workspaces.diskType === "pd-standard";
  return {
    vcpus,
    instances: all.reduce((sum, { nodes }) => sum + nodes, 0),
    ssdGib:
      standing.pools.reduce((sum, { nodes, disk }) => sum + nodes * disk.gib, 0) + (isCheap ? 0 : ownDisks),
    // On one machine, homes are folders on its disk.
    standardGib: (isCheap ? ownDisks : 0) + standing.homeVolumes * size.homeVolumeGib,
    publicAddresses: PUBLIC_ADDRESSES,
    machineTypes: [...new Set(all.map(({ machineType }) => machineType))],
    cpuPlatforms: cpuPlatformsOf(size),
  };
}

function ownMachines({
  size,
  workspaceMachines,
}: Standing): readonly { machineType: string; nodes: number }[] {
  const { machineType } = size.machines.workspaces;
  return workspaceMachines === 0 ? [] : [{ machineType, nodes: workspaceMachines }];
}

function workspaceDiskGib({ machines, homeVolumeGib }: Size): number {
  return machines.workspaces.diskGib ?? homeVolumeGib;
}

/** The load runner exists in every environment, or nodes of its kind do. */
function cpuPlatformsOf({
  machines: { coder, provisioners, workspaces, system, runner },
}: Size): readonly string[] {
  const pools = [coder, provisioners, workspaces, system].filter(({ nodes }) => nodes > 0);
  return [...new Set([...pools, runner].flatMap(({ minCpuPlatform }) => minCpuPlatform ?? []))];
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
