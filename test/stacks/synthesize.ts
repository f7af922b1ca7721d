import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { App } from "cdktf";
import { execa } from "execa";
import { addDeployment } from "../../stacks/add-deployment.ts";
import { CODER_VERSION } from "../../reference-architectures/seed.ts";
import type { Environment, OwnCluster } from "../../stacks/environment.ts";

/** An environment of a run, as the harness writes it. */
export const RUN: Environment = {
  schemaVersion: 1,
  architecture: "gke",
  size: "100",
  overrides: {},
  runId: "01kb3v9x2m7q8r5t6w4y1z0abc",
  owner: "ada",
  managed: "cdktf",
  expiresAt: 1_795_999_999,
  project: "some-project",
  region: "us-central1",
  zone: "us-central1-a",
  coderVersion: CODER_VERSION,
  runner: { publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDqvsvXSjMFtTRsqONuYZTqJmMdkxvmFZkDmJMzJxQvL" },
};

/** A cluster of the user's own, as a run has it without further flags. */
export const OWN_CLUSTER: OwnCluster = {
  kubeconfig: "/home/ada/.kube/config",
  context: "some-context",
  workspaceNodes: 3,
};

/** A piece of Terraform's JSON: its shape is Terraform's, and a test that reads it wrongly fails. */
export type TerraformJson = ReturnType<typeof JSON.parse>;

/** One resource of a synthesized stack. */
export interface Synthesized {
  readonly stack: string;
  readonly type: string;
  readonly id: string;
  readonly attributes: TerraformJson;
}

/** The program's output: the stacks' JSON by name, and their resources in one list. */
export interface Synthesis {
  readonly folder: string;
  readonly stacks: Readonly<Record<string, TerraformJson>>;
  readonly resources: readonly Synthesized[];
}

/** Runs the cdktf app as the harness and cdktf's command line do: as a process, with a folder for its output. */
export async function runMain(env: NodeJS.ProcessEnv): Promise<{ exitCode: number; stderr: string }> {
  const { exitCode, stderr } = await execa("node", ["--import", "tsx", "stacks/main.ts"], {
    cwd: resolve(import.meta.dirname, "../.."),
    env,
    reject: false,
  });
  return { exitCode: exitCode ?? -1, stderr };
}

/** Synthesizes an environment in a temporary folder, without the seconds that a separate process would take. */
export async function synthesize(environment: Partial<Environment> = {}): Promise<Synthesis> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-synth-"));
  const outdir = join(folder, "cdktf.out");
  const app = new App({ outdir });
  const own = environment.architecture === "kubernetes" ? { ownCluster: OWN_CLUSTER } : {};
  await addDeployment(app, { environment: { ...RUN, ...own, ...environment } });
  app.synth();
  return { folder, ...(await readStacks(outdir)) };
}

/** The stacks in a folder of synthesized ones. */
export async function readStacks(outdir: string): Promise<Pick<Synthesis, "stacks" | "resources">> {
  const manifest = JSON.parse(await readFile(join(outdir, "manifest.json"), "utf8")) as {
    stacks: Record<string, { synthesizedStackPath: string }>;
  };
  const stacks: Record<string, TerraformJson> = {};
  for (const [name, { synthesizedStackPath }] of Object.entries(manifest.stacks)) {
    stacks[name] = JSON.parse(await readFile(join(outdir, synthesizedStackPath), "utf8"));
  }
  return { stacks, resources: Object.entries(stacks).flatMap(resourcesOf) };
}

function resourcesOf([stack, content]: [string, TerraformJson]): Synthesized[] {
  const types = (content.resource ?? {}) as Record<string, Record<string, TerraformJson>>;
  return Object.entries(types).flatMap(([type, instances]) =>
    Object.entries(instances).map(([id, attributes]) => ({ stack, type, id, attributes })),
  );
}

/** Returns a stack's variables without the number of external provisioners, which is not secret. */
export function secretVariables({ variable }: TerraformJson): TerraformJson[] {
  return Object.entries(variable as Record<string, TerraformJson>)
    .filter(([name]) => name !== "provisioners")
    .map(([, declared]) => declared);
}
