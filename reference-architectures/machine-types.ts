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

/**
 * Families whose processor is not known beforehand: an E2 machine gets whatever platform is free, so what is
 * measured must not run there.
 */
export function hasKnownProcessor(machineType: string): boolean {
  return !machineType.startsWith("e2-");
}
