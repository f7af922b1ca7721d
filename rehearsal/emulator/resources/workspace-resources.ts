import type { Build } from "../state/types.ts";

/** Where what workspaces create comes into existence, and goes again. */
export interface WorkspaceResources {
  /** A start build applied: wholly, or as far as the volume when the pod failed. */
  started(build: Build, reached: "pod" | "volume"): void;
  /** A stop build applied: the pod goes, the volume stays. */
  stopped(build: Build): void;
  /** A delete build applied: nothing stays. */
  deleted(build: Build): void;
  /** Writes what is still waiting to be written. */
  close(): Promise<void>;
}

/** An emulator that stands alone creates nothing anywhere. */
export const noResources: WorkspaceResources = {
  started: () => undefined,
  stopped: () => undefined,
  deleted: () => undefined,
  close: () => Promise.resolve(),
};
