import type { EmulatedBuild } from "../state/types.ts";

/** Creates and deletes the resources of workspaces. */
export interface WorkspaceResources {
  /** A start build applied: wholly, or as far as the volume when the pod failed. */
  started(build: EmulatedBuild, reached: "pod" | "volume"): void;
  /** A stop build applied: the pod is deleted, the volume is kept. */
  stopped(build: EmulatedBuild): void;
  /** A delete build applied: nothing is kept. */
  deleted(build: EmulatedBuild): void;
  /** Writes what is still waiting to be written. */
  close(): Promise<void>;
}

/** An emulator without a twin creates nothing anywhere. */
export const noResources: WorkspaceResources = {
  started: () => undefined,
  stopped: () => undefined,
  deleted: () => undefined,
  close: () => Promise.resolve(),
};
