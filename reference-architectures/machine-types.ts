/** What a machine has. */
export interface MachineType {
  readonly cores: number;
  readonly memoryGib: number;
  /** AWS: network interfaces, and addresses of each; pods get theirs from them. */
  readonly interfaces?: number;
  readonly addresses?: number;
  /** Its cores are shared with others and counted in credits: only workspaces may run there. */
  readonly shared?: true;
}

/**
 * Google's machine types that a size may name. Families with a fixed shape and without bursting, but for the two
 * small ones that a workspace of its own machine runs on: a shared-core machine measures its credits.
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

/** AWS's: families whose processor is known, with what AWS publishes of their network interfaces. */
const AWS_MACHINES: Readonly<Record<string, MachineType>> = Object.fromEntries(
  ["m6i", "m7i", "c6i"].flatMap((family) =>
    (
      [
        ["large", 2, 3, 10],
        ["xlarge", 4, 4, 15],
        ["2xlarge", 8, 4, 15],
        ["4xlarge", 16, 8, 30],
        ["8xlarge", 32, 8, 30],
      ] as const
    ).map(([size, cores, interfaces, addresses]) => [
      `${family}.${size}`,
      { cores, memoryGib: cores * (family === "c6i" ? 2 : 4), interfaces, addresses },
    ]),
  ),
);

/** Every machine type that a size may name, by cloud. */
export const MACHINE_TYPES = { google: GOOGLE_MACHINES, aws: AWS_MACHINES } as const;

/** The machine type of that name in any cloud. */
export function machineOf(machineType: string): MachineType {
  const machine = MACHINE_TYPES.google[machineType] ?? MACHINE_TYPES.aws[machineType];
  if (machine === undefined) throw new Error(`no machine type ${machineType} in the table`);
  return machine;
}

/** Processors that a machine of Google's family may have, oldest first (Google's page "CPU platforms"). */
const N2_PROCESSORS = ["Intel Cascade Lake", "Intel Ice Lake"] as const;

/** The newest of them: as the oldest that a machine may have, it leaves one. */
export const N2_PROCESSOR = N2_PROCESSORS[1];

/** What `minCpuPlatform` may be for a machine type; empty where the cloud takes none. */
export function cpuPlatformsOf(machineType: string): readonly string[] {
  return machineType.startsWith("n2-") ? N2_PROCESSORS : [];
}

/**
 * Whether all machines like this have one processor, known beforehand. An E2 machine gets whatever is free and an N2 machine
 * one of two, some 20 to 30 % apart: what is measured must not run there. Each of AWS's families in the table has one.
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
