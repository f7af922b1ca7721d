/** What a machine has. */
export interface MachineType {
  readonly cores: number;
  readonly memoryGib: number;
}

/**
 * Google's machine types that a size may name. Only families with a fixed shape and without bursting: a shared-core
 * machine measures its credits.
 */
export const MACHINE_TYPES: Readonly<Record<string, MachineType>> = {
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
};

/**
 * Families whose processor is not known beforehand: an E2 machine gets whatever platform is free, so what is
 * measured must not run there.
 */
export function hasKnownProcessor(machineType: string): boolean {
  return !machineType.startsWith("e2-");
}
