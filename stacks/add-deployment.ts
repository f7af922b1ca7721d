import type { App } from "cdktf";
import { resolveSize, type ResolvedSize } from "../reference-architectures/catalogue.ts";
import type { BenchStackProps } from "./bench-stack.ts";
import type { Deployment } from "./read-environment.ts";

type AddStacks = (app: App, size: ResolvedSize, props: BenchStackProps) => void;

/** Loads the stacks of one architecture only, because the bindings of each cloud cost time and memory. */
const STACKS: Readonly<Record<string, () => Promise<AddStacks>>> = {
  gke: async () => (await import("./gke/add-stacks.ts")).addGkeStacks,
  eks: async () => (await import("./eks/add-stacks.ts")).addEksStacks,
  kubernetes: async () => (await import("./own-cluster/add-stacks.ts")).addOwnClusterStacks,
  "gce-docker": async () => (await import("./gce-docker/add-stacks.ts")).addGceDockerStacks,
  "gce-vm": async () => (await import("./gce-vm/add-stacks.ts")).addGceVmStacks,
};

/** Adds the stacks of one environment to the app. */
export async function addDeployment(app: App, { environment, stateFolder }: Deployment): Promise<void> {
  const load = STACKS[environment.architecture];
  if (load === undefined) throw new Error(`no stacks for architecture ${environment.architecture}`);
  const addStacks = await load();
  const size = resolveSize(environment.architecture, environment.size, {
    ...environment.overrides,
    "coder.version": environment.coderVersion,
  });
  addStacks(app, size, { environment, ...(stateFolder === undefined ? {} : { stateFolder }) });
}
