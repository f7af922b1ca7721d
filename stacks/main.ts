import { join } from "node:path";
import { App } from "cdktf";
import { ArchitectureError } from "../reference-architectures/error.ts";
import { architectures, getArchitecture, resolveSize } from "../reference-architectures/catalogue.ts";
import type { ResolvedSize } from "../reference-architectures/catalogue.ts";
import type { BenchStackProps } from "./bench-stack.ts";
import { writeJson } from "./manual-environment.ts";
import { type Deployment, EnvironmentError, readEnvironments } from "./read-environments.ts";
import { EPHEMERAL_VARIABLES } from "./secrets.ts";

type AddStacks = (app: App, size: ResolvedSize, props: BenchStackProps) => void;

/** Loaded when it is deployed, and not before: each cloud's bindings cost time and memory. */
const STACKS: Readonly<Record<string, () => Promise<{ readonly addStacks: AddStacks }>>> = {
  gke: () => import("./gke/add-stacks.ts"),
  eks: () => import("./eks/add-stacks.ts"),
  "gce-docker": () => import("./gce-docker/add-stacks.ts"),
  "gce-vm": () => import("./gce-vm/add-stacks.ts"),
};

const app = new App();
try {
  const deployments = await readEnvironments([...architectures.keys()], process.env);
  for (const deployment of deployments) await add(deployment);
  app.synth();
  for (const deployment of deployments) await writeSecrets(deployment);
} catch (error) {
  if (!(error instanceof ArchitectureError || error instanceof EnvironmentError)) throw error;
  // A mistake of whoever asked: the sentence helps, the stack does not.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function add({ environment, stateFolder }: Deployment): Promise<void> {
  const load = STACKS[environment.architecture];
  if (load === undefined) throw new Error(`no stacks for architecture ${environment.architecture}`);
  const { addStacks } = await load();
  const size = resolveSize(environment.architecture, environment.size, {
    ...environment.overrides,
    "coder.version": environment.coderVersion,
  });
  addStacks(app, size, { environment, ...(stateFolder === undefined ? {} : { stateFolder }) });
}

/** By hand there is nobody to pass the ephemeral variables: Terraform finds them beside the stack. */
async function writeSecrets({ environment, secrets }: Deployment): Promise<void> {
  if (secrets === undefined) return;
  for (const stack of getArchitecture(environment.architecture).stacks) {
    const values = Object.fromEntries(
      (EPHEMERAL_VARIABLES[stack] ?? []).map((name) => [name, secrets[name]]),
    );
    await writeJson(join(app.outdir, "stacks", stack, "secrets.auto.tfvars.json"), values);
  }
}
