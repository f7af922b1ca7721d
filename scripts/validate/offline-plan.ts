import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A port on which nothing listens: a provider that asks the network in a plan fails at once. */
const NOWHERE = "http://127.0.0.1:9";

/** Credentials and a way out of this machine that lead nowhere. */
export const OFFLINE_ENVIRONMENT: NodeJS.ProcessEnv = {
  GOOGLE_OAUTH_ACCESS_TOKEN: "offline",
  HTTP_PROXY: NOWHERE,
  HTTPS_PROXY: NOWHERE,
};

/** Values of the ephemeral variables, for a plan of a run that has its secrets. */
export const OFFLINE_SECRETS: NodeJS.ProcessEnv = {
  TF_VAR_db_password: "offline-password",
  TF_VAR_tls_key: "offline-key",
};

interface StackJson {
  readonly terraform: { readonly required_providers: Readonly<Record<string, unknown>> };
  readonly provider?: Readonly<Record<string, unknown>>;
  readonly resource?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Makes a synthesized stack one that can be planned without a network: its chart is an empty one of the same name, its cluster
 * answers nowhere, and the outputs of other stacks come from a state that is made up. Everything else stays as it is.
 */
export async function prepareOfflinePlan(directory: string): Promise<void> {
  const file = join(directory, "cdk.tf.json");
  const text = await readFile(file, "utf8");
  const stack = JSON.parse(text) as StackJson;
  // A backend would have to be initialized for each stack; without one the state lies in the folder.
  await writeFile(file, JSON.stringify({ ...stack, terraform: { ...stack.terraform, backend: undefined } }));
  const releases = Object.keys(stack.resource?.["helm_release"] ?? {});
  const chart = join(directory, "chart");
  await mkdir(chart);
  await writeFile(join(chart, "Chart.yaml"), "apiVersion: v2\nname: coder\nversion: 0.0.0\n");
  const host = "https://127.0.0.1:9";
  const override = {
    ...(releases.length === 0
      ? {}
      : {
          provider: { kubernetes: { host }, helm: { kubernetes: { host } } },
          resource: {
            helm_release: Object.fromEntries(
              releases.map((name) => [name, { chart, repository: null, version: null }]),
            ),
          },
        }),
  };
  await writeFile(join(directory, "offline_override.tf.json"), JSON.stringify(override));
  for (const [, path, outputs] of foreignOutputs(text)) await writeState(join(directory, path), outputs);
}

/**
 * Puts one resource into a stack's state that no cloud has to be asked for. Terraform makes an ordinary plan before a destroy
 * only where the state has something, and that plan is what a destroy fails by.
 */
export async function writeSyntheticState(directory: string): Promise<void> {
  const resource = {
    mode: "managed",
    type: "terraform_data",
    name: "synthetic",
    provider: 'provider["terraform.io/builtin/terraform"]',
    instances: [{ schema_version: 0, attributes: { id: "synthetic" } }],
  };
  await writeState(join(directory, "terraform.tfstate"), {}, [resource]);
}

/** The states of other stacks that a stack reads: name, path, and the outputs that it takes from there. */
function foreignOutputs(text: string): readonly [string, string, Readonly<Record<string, string>>][] {
  const { data } = JSON.parse(text) as {
    data?: { terraform_remote_state?: Record<string, { config: { path: string } }> };
  };
  return Object.entries(data?.terraform_remote_state ?? {}).map(([name, { config }]) => {
    const pattern = new RegExp(`terraform_remote_state\\.${name}\\.outputs\\.([\\w-]+)`, "g");
    const names = [...text.matchAll(pattern)].map(([, output]) => output ?? "");
    return [name, config.path, Object.fromEntries(names.map((output) => [output, valueOf(output)]))];
  });
}

/** A value that the reader's own checks accept. */
function valueOf(output: string): string {
  return output.includes("certificate") ? Buffer.from("offline").toString("base64") : "127.0.0.1";
}

async function writeState(
  file: string,
  outputs: Readonly<Record<string, string>>,
  resources: readonly unknown[] = [],
): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const state = {
    version: 4,
    terraform_version: "1.11.0",
    serial: 1,
    lineage: "offline",
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, { value, type: "string" }]),
    ),
    resources,
  };
  await writeFile(file, JSON.stringify(state));
}
