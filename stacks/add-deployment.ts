import type { App } from "cdktf";
import { resolveSize, type ResolvedSize } from "../reference-architectures/catalogue.ts";
import type { BenchStackProps } from "./bench-stack.ts";
import type { Deployment } from "./read-environment.ts";

type AddStacks = (app: App, size: ResolvedSize, props: BenchStackProps) => void;

/** Loaded when it is deployed, and not before: each cloud's bindings cost time and memory. */
const STACKS: Readonly<Record<string, () => Promise<{ readonly addStacks: AddStacks }>>> = {
  gke: () => import("./gke/add-stacks.ts"),
  eks: () => import("./eks/add-stacks.ts"),
  "gce-docker": () => import("./gce-docker/add-stacks.ts"),
  "gce-vm": () => import("./gce-vm/add-stacks.ts"),
};

/** Adds the stacks of one environment to the app. */
export async function addDeployment(app: App, { environment, stateFolder }: Deployment): Promise<void> {
  const load = STACKS[environment.architecture];
  if (load === undefined) throw new Error(`no stacks for architecture ${environment.architecture}`);
  const { addStacks } = await load();
  const size = resolveSize(environment.architecture, environment.size, {
    ...environment.overrides,
    "coder.version": environment.coderVersion,
  });
  addStacks(app, size, { environment, ...(stateFolder === undefined ? {} : { stateFolder }) });
}
