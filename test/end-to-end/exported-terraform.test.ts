import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { exportedFiles, writeExport } from "../../harness/terraform/export/export-terraform.ts";
import { synthesize } from "../../harness/terraform/synthesize.ts";
import { architectures, getArchitecture, resolveSize } from "../../reference-architectures/catalogue.ts";
import { type Environment, environmentSchema, twinOwnCluster } from "../../stacks/environment.ts";
import { benchLabels } from "../../stacks/labels.ts";
import { comparable, type PlanJson } from "../harness/terraform/export/planned.ts";
import { servePlugins } from "../rehearsal/twin/in-process-plugin.ts";
import { Twin } from "../rehearsal/twin/workdir.ts";
import { RUN } from "../stacks/synthesize.ts";
import { findTofu } from "../support/tofu.ts";
import { hasRealProvider, useMirror } from "../support/command/provider-mirror.ts";

const LONG = { timeout: 10 * 60_000 };
const signal = new AbortController().signal;

/** Each case takes many seconds. REFBENCH_ALL_EXPORTS=1 plans and applies the exports of every architecture. */
const isWhole = process.env["REFBENCH_ALL_EXPORTS"] !== undefined;
if (!isWhole)
  console.warn(
    "SKIPPED: exports of kubernetes and gce-docker, of most sizes, and applies except gke's: REFBENCH_ALL_EXPORTS=1 does all",
  );

/** Each cloud's cluster and a machine, and what only a large size has. */
const CASES = [
  ...(isWhole ? [...architectures.keys()] : ["eks", "gce-vm"]).map((name) => [name, "canary"] as const),
  ["gke", "validated-1k"] as const,
];

const APPLIED = isWhole ? [...architectures.keys()] : ["gke"];

const SECRETS = { TF_VAR_db_password: "a-password", TF_VAR_provisioner_key: "a-key" };

describe.each(CASES)("the export of %s %s", (name, sizeName) => {
  test(
    "makes what its stacks make: each resource, attribute, wait and source of a secret",
    LONG,
    async () => {
      await using stacks = await Twin.prepare();
      await using exported = await Twin.prepare();
      const environment = environmentOf(name, sizeName);
      const roots = await writeRoots(exported.root, name, sizeName);
      const stackFolders = await writeStacks(stacks.root, environment);
      const env = variablesOf(environment, await noUpgrades(stackFolders[0]!));
      for (const [index, root] of roots.entries()) {
        const stack = stackFolders[index]!;
        const made = await planned(exported, "terraform", root, env);
        expect(comparable(made, environment.runId)).toEqual(
          comparable(await planned(stacks, "terraform", stack, env), environment.runId),
        );
        expect(made.resource_changes.length).toBeGreaterThan(5);
        if (root === roots.at(-1)) break;
        // The next root reads this one's outputs.
        for (const [twin, folder] of [[exported, root] as const, [stacks, stack] as const])
          expect((await twin.terraform(folder, ["apply", "-auto-approve"], env)).output).toMatch(
            /Apply complete!/,
          );
      }
    },
  );
});

describe.each(["terraform", "tofu"] as const)("%s", (program) => {
  const found = program === "tofu" ? findTofu() : program;
  test.skipIf(found === undefined).each(APPLIED)(
    "applies the export of %s, plans no change, and destroys all of it without a secret",
    LONG,
    async (name) => {
      await using twin = await Twin.prepare();
      const roots = await writeRoots(twin.root, name, "canary");
      const env = { ...placeVariables(name), ...SECRETS };
      const run = (root: string, ...args: readonly string[]) =>
        terraform(twin, found!, root, args, args[0] === "destroy" ? placeVariables(name) : env);
      for (const root of roots) {
        await run(root, "init");
        expect(await run(root, "validate")).toMatch(/Success! The configuration is valid/);
        expect(await run(root, "apply", "-auto-approve")).toMatch(/Apply complete!/);
        expect(await run(root, "plan", "-detailed-exitcode")).toMatch(/No changes\./);
      }
      for (const root of roots.toReversed())
        expect(await run(root, "destroy", "-auto-approve")).toMatch(/Destroy complete!/);
      expect(await twin.items()).toEqual([]);
    },
  );
});

test(
  "the export of each kind of size is formatted, and has no trace of the environment that it is made from",
  LONG,
  async () => {
    await using twin = await Twin.prepare();
    const folder = twin.root;
    for (const [name, { sizes, defaultSize }] of architectures)
      for (const size of Object.keys(sizes)) {
        // Built-in and external provisioners make other files.
        if (!isWhole && size !== defaultSize && size !== "validated-10k") continue;
        const written = await files(name, size);
        expect([...written.values()].join("\n")).not.toMatch(/exp0rt|refbench|cdktf|bench-run\b|"\/\/"/i);
        await writeExport(join(folder, `${name}-${size}`), written);
      }
    // Prints the name of each file that it would change.
    expect(
      (await execa("terraform", ["fmt", "-check", "-recursive", folder], { reject: false })).stdout,
    ).toBe("");
  },
);

describe.each(CASES.filter(([name]) => name !== "eks"))("the clouds' own providers", (name, sizeName) => {
  const providers = ["google", "kubernetes", "helm"] as const;
  test.skipIf(!providers.every(hasRealProvider))(
    `accept the export of ${name} ${sizeName}`,
    LONG,
    async () => {
      await using twin = await Twin.prepare();
      const env = { ...process.env, TF_CLI_CONFIG_FILE: await useMirror(twin.root), CHECKPOINT_DISABLE: "1" };
      for (const root of await writeRoots(twin.root, name, sizeName)) {
        await execa("terraform", ["init", "-input=false"], { cwd: root, env });
        const { stdout } = await execa("terraform", ["validate", "-json"], { cwd: root, env, reject: false });
        expect(JSON.parse(stdout)).toMatchObject({ diagnostics: [], valid: true });
      }
    },
  );
});

function environmentOf(architecture: string, size: string): Environment {
  const { region, zone, cloud } = getArchitecture(architecture);
  const { figures } = resolveSize(architecture, size);
  return environmentSchema.parse({
    ...RUN,
    architecture,
    size,
    ...{ region, zone, expiresAt: null, coderVersion: figures.coder.version },
    project: { google: "some-project", aws: "123456789012", kubernetes: "some-context" }[cloud],
    runner: undefined,
    ...(cloud === "kubernetes" ? { ownCluster: twinOwnCluster(figures) } : {}),
  });
}

function files(name: string, size: string): Promise<Map<string, string>> {
  const { region, zone } = getArchitecture(name);
  return exportedFiles({ size: resolveSize(name, size), place: { region, zone }, env: process.env, signal });
}

/** Writes the export below the folder; answers its roots in the order of their applies. */
async function writeRoots(parent: string, name: string, size: string): Promise<readonly string[]> {
  const folder = join(parent, "exported");
  const written = await files(name, size);
  await writeExport(folder, written);
  return ["cloud", "coder"]
    .filter((root) => written.has(`${root}/versions.tf`))
    .map((root) => join(folder, root));
}

async function writeStacks(parent: string, environment: Environment): Promise<readonly string[]> {
  const directory = join(parent, "synthesized");
  await mkdir(directory);
  const environmentFile = join(directory, "environment.json");
  await writeFile(environmentFile, JSON.stringify(environment));
  const made = await synthesize({ environmentFile, directory, env: process.env, signal });
  return made.map((stack) => join(directory, stack.name));
}

function placeVariables(name: string): NodeJS.ProcessEnv {
  return {
    google: { TF_VAR_project: "some-project" },
    aws: { TF_VAR_account: "123456789012" },
    kubernetes: { TF_VAR_context: "refbench-twin", TF_VAR_kubeconfig: "/dev/null" },
  }[getArchitecture(name).cloud];
}

/** The variables with which an export has the names and labels of this environment, and its provisioners. */
function variablesOf(environment: Environment, noUpgrades: string): NodeJS.ProcessEnv {
  const { figures } = resolveSize(environment.architecture, environment.size);
  return {
    ...placeVariables(environment.architecture),
    ...SECRETS,
    TF_VAR_name: `bench-${environment.runId.slice(-12)}`,
    TF_VAR_labels: JSON.stringify(benchLabels(environment)),
    TF_VAR_no_upgrades: noUpgrades,
    ...(figures.provisioners === "external"
      ? { TF_VAR_provisioners: String(figures.externalProvisioners.count) }
      : {}),
  };
}

/** A run keeps upgrades away from its measurement; an export does so where it is told when. */
async function noUpgrades(stack: string): Promise<string> {
  const text = await readFile(join(stack, "cdk.tf.json"), "utf8");
  const [, end, start] =
    /"end_time": "([^"]+)",\s*"exclusion_name"[^]*?"start_time": "([^"]+)"/.exec(text) ?? [];
  return start === undefined ? "null" : JSON.stringify({ start_time: start, end_time: end });
}

async function planned(
  twin: Twin,
  program: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<PlanJson> {
  await terraform(twin, program, folder, ["init"], env);
  await terraform(twin, program, folder, ["plan", "-out=plan"], env);
  return JSON.parse(await terraform(twin, program, folder, ["show", "-json", "plan"], env)) as PlanJson;
}

/** Runs it to success and returns what it printed. */
async function terraform(
  twin: Twin,
  program: string,
  folder: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  // OpenTofu asks for providers of its own registry, and so starts them.
  await using plugins = await servePlugins(twin.env);
  const { stdout, all, exitCode } = await execa(program, [...args, "-no-color"], {
    cwd: folder,
    env: { ...twin.env, ...env, ...plugins.variables },
    extendEnv: false,
    reject: false,
    all: true,
  });
  expect(exitCode, all).toBe(0);
  return args[0] === "show" ? stdout : all;
}
