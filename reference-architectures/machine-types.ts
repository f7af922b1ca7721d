/** The resources of a machine. */
export interface MachineType {
  readonly cores: number;
  readonly memoryGib: number;
  /** AWS: the number of network interfaces, and of addresses of each. Pods use these addresses. */
  readonly interfaces?: number;
  readonly addresses?: number;
  /** Whether its cores are shared with others and limited by credits. Only workspaces may run there. */
  readonly shared?: true;
}

/**
 * Google's machine types for sizes. Families with a fixed shape and without bursting, except two small types for
 * workspaces on their own machines: a shared-core machine measures its credits.
 */
const GOOGLE_MACHINES: Readonly<Record<string, MachineType>> = {
  "e2-small": { cores: 2, memoryGib: 2, shared: true },
  "e2-medium": { cores: 2, memoryGib: 4, shared: true },
  "e2-standard-2": { cores: 2, memoryGib: 8 },
  "e2-standard-4": { cores: 4, memoryGib: 16 },
  "e2-standard-8": { cores: 8, memoryGib: 32 },
  "e2-standard-16": { cores: 16, memoryGib: 64 },
  "e2-standard-32": { cores: 32, memoryGib: 128 },
  "n2-standard-2": { cores: 2, memoryGib: 8 },
  "n2-standard-4": { cores: 4, memoryGib: 16 },
  "n2-standard-8": { cores: 8, memoryGib: 32 },
  "n2-standard-16": { cores: 16, memoryGib: 64 },
  "n2-standard-32": { cores: 32, memoryGib: 128 },
  "n2-standard-48": { cores: 48, memoryGib: 192 },
  "n2-standard-80": { cores: 80, memoryGib: 320 },
};

/**
 * AWS's machine types for sizes: families with a known processor, with the number of network interfaces that AWS
 * publishes.
 */
const AWS_MACHINES: Readonly<Record<string, MachineType>> = Object.fromEntries(
  ["m6i", "m7i", "c6i"].flatMap((family) =>
    (
      [
        ["large", 2, 3, 10],
        ["xlarge", 4, 4, 15],
        ["2xlarge", 8, 4, 15],
        ["4xlarge", 16, 8, 30],
        ["8xlarge", 32, 8, 30],
        ["12xlarge", 48, 8, 30],
      ] as const
    ).map(([size, cores, interfaces, addresses]) => [
      `${family}.${size}`,
      { cores, memoryGib: cores * (family === "c6i" ? 2 : 4), interfaces, addresses },
    ]),
  ),
);

/** Every machine type for sizes, by cloud. */
export const MACHINE_TYPES = { google: GOOGLE_MACHINES, aws: AWS_MACHINES } as const;

/**
 * The machine type of a role in a cluster of the user's own: any of its nodes that has room. No size chooses their
 * kind; a record names the nodes that there were.
 */
export const OWN_NODE = "own-node";

/** Returns the machine type with that name in any cloud. */
export function machineOf(machineType: string): MachineType {
  const machine = MACHINE_TYPES.google[machineType] ?? MACHINE_TYPES.aws[machineType];
  if (machine === undefined) throw new Error(`no machine type ${machineType} in the table`);
  return machine;
}

/** The processors that a machine of Google's families may have, oldest first (Google's page "CPU platforms"). */
const N2_PROCESSORS = ["Intel Cascade Lake", "Intel Ice Lake"] as const;

/** The newest of them. As `minCpuPlatform` it leaves only one processor. */
export const N2_PROCESSOR = N2_PROCESSORS[1];

/** Returns the values of `minCpuPlatform` for a machine type; empty if the cloud accepts none. */
export function cpuPlatformsOf(machineType: string): readonly string[] {
  return machineType.startsWith("n2-") ? N2_PROCESSORS : [];
}

/**
 * Whether all machines of this type have the same known processor. An E2 machine gets any free one, and an N2 machine
 * one of two that differ by 20 to 30 %, so measured programs must not run there. Each of AWS's families in the table
 * has one.
 */
export function hasKnownProcessor({
  machineType,
  minCpuPlatform,
}: {
  readonly machineType: string;
  readonly minCpuPlatform?: string | undefined;
}): boolean {
  if (machineType.startsWith("e2-")) return false;
  return cpuPlatformsOf(machineType).length === 0 || minCpuPlatform === N2_PROCESSOR;
}
