import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { resolveSize } from "../../reference-architectures/catalogue.ts";
import { templateProviders } from "../../reference-architectures/artefacts/template-providers.ts";
import { coderEnvironment } from "../../stacks/coder-environment.ts";
import { synthesize, type TerraformJson } from "./synthesize.ts";

const SCRIPT = resolve(import.meta.dirname, "../../stacks/startup/provider-mirror.sh");
const URL_OF = "https://releases.example/thing.zip";

/** A folder with the programs that the script calls, `curl` playing the registry and its files. */
async function registry({
  shasum,
  failures = 0,
}: { readonly shasum?: string; readonly failures?: number } = {}) {
  const root = await mkdtemp(join(tmpdir(), "refbench-providers-"));
  const binary = join(root, "terraform-provider-coder_v2.13.1");
  await writeFile(binary, "#!/bin/sh\n");
  await chmod(binary, 0o755);
  const archive = join(root, "thing.zip");
  await execa("zip", ["-j", "-q", archive, binary]);
  const digest = createHash("sha256")
    .update(await readFile(archive))
    .digest("hex");
  const answer = JSON.stringify({ download_url: URL_OF, shasum: shasum ?? digest, signing_keys: {} });
  const programs = join(root, "bin");
  await mkdir(programs);
  const curl = [
    `echo "$*" >>'${root}/calls'`,
    `[ "$(wc -l <'${root}/calls')" -gt ${failures} ] || exit 22`,
    `case "$*" in`,
    `*--output*) while [ "$1" != --output ]; do shift; done; cp '${archive}' "$2";;`,
    `*) printf '%s' '${answer}';;`,
    "esac",
  ];
  for (const [name, lines] of Object.entries({ curl, sleep: ["exit 0"] })) {
    await writeFile(join(programs, name), ["#!/bin/sh", ...lines].join("\n"));
    await chmod(join(programs, name), 0o755);
  }
  const mirror = join(root, "mirror");
  await mkdir(mirror);
  return {
    root,
    mirror,
    calls: async () => (await readFile(join(root, "calls"), "utf8")).trim().split("\n"),
    fill: (...providers: readonly string[]) =>
      execa("sh", [SCRIPT, mirror, ...providers], {
        env: { PATH: `${programs}:${process.env["PATH"]}` },
        reject: false,
      }),
  };
}

describe("the mirror's script", () => {
  test("makes a mirror from which terraform installs without a network, by a link to the one copy", async () => {
    const { root, mirror, fill, calls } = await registry();
    expect(await fill("coder/coder=2.13.1")).toMatchObject({ exitCode: 0 });
    expect(await calls()).toEqual([
      expect.stringMatching(
        /https:\/\/registry\.terraform\.io\/v1\/providers\/coder\/coder\/2\.13\.1\/download\/linux\/amd64$/,
      ),
      expect.stringContaining(URL_OF),
    ]);
    const stack = join(root, "stack");
    const cache = join(root, "cache");
    await Promise.all([mkdir(stack), mkdir(cache)]);
    const required = { coder: { source: "coder/coder", version: "2.13.1" } };
    await writeFile(
      join(stack, "main.tf.json"),
      JSON.stringify({ terraform: { required_providers: required } }),
    );
    // As Coder runs it: with a plugin cache of the daemon's own. No proxy answers: nothing may be downloaded.
    const { stdout } = await execa("terraform", ["init", "-no-color", "-input=false"], {
      cwd: stack,
      env: {
        TF_CLI_CONFIG_FILE: join(mirror, "terraform.rc"),
        TF_PLUGIN_CACHE_DIR: cache,
        HTTPS_PROXY: "http://127.0.0.1:9",
      },
    });
    expect(stdout).toContain("Installed coder/coder v2.13.1");
    const installed = ".terraform/providers/registry.terraform.io/coder/coder/2.13.1/linux_amd64";
    expect(await realpath(join(stack, installed))).toBe(
      await realpath(join(mirror, "registry.terraform.io/coder/coder/2.13.1/linux_amd64")),
    );
  });

  test("refuses an archive with another checksum than the registry reports, after five attempts", async () => {
    const { fill, calls, mirror } = await registry({ shasum: "0".repeat(64) });
    expect((await fill("coder/coder=2.13.1")).exitCode).toBe(1);
    expect(await calls()).toHaveLength(10);
    await expect(readFile(join(mirror, "terraform.rc"))).rejects.toThrow("ENOENT");
  });

  test("tries again if the registry does not answer", async () => {
    const { fill } = await registry({ failures: 2 });
    expect((await fill("coder/coder=2.13.1")).exitCode).toBe(0);
  });

  test("lets a template with other providers download those, and never the mirrored ones", async () => {
    const { fill, mirror } = await registry();
    await fill("coder/coder=2.13.1", "hashicorp/kubernetes=2.38.0");
    const both = '["registry.terraform.io/coder/coder", "registry.terraform.io/hashicorp/kubernetes"]';
    const text = await readFile(join(mirror, "terraform.rc"), "utf8");
    expect(text).toMatch(/filesystem_mirror \{[^}]*\}\s+direct \{/);
    expect(text.split(both)).toHaveLength(3);
  });
});

test.each([
  ["gke", ["coder/coder", "hashicorp/kubernetes"]],
  ["eks", ["coder/coder", "hashicorp/kubernetes"]],
  ["gce-docker", ["coder/coder", "kreuzwerker/docker"]],
  ["gce-vm", ["coder/coder", "hashicorp/google"]],
])("the template of %s pins exact versions of %j", (name, sources) => {
  expect(templateProviders(name).map(({ source }) => source)).toEqual(sources);
  for (const { version } of templateProviders(name)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

const CONFIGURATION = "/opt/coder-providers/terraform.rc";

describe.each(["gke", "eks"])("on %s", (architecture) => {
  const coderOf = async (overrides: Readonly<Record<string, string>>): Promise<TerraformJson> =>
    JSON.parse(
      (await synthesize({ architecture, size: "canary", overrides })).resources.find(
        ({ type, attributes }) => type === "helm_release" && attributes.chart === "coder",
      )!.attributes.values[0],
    ).coder;

  test("each replica's folder is filled by a container of Coder's own image before Coder starts", async () => {
    const coder = await coderOf({});
    const [container] = coder.initContainers;
    expect(container.image).toBe(`ghcr.io/coder/coder:${coder.image.tag}`);
    // Terraform reads the values as a template: the shell's own signs are escaped.
    expect(container.command[2].replaceAll("$${", "${")).toBe(await readFile(SCRIPT, "utf8"));
    expect(container.command.slice(4)).toEqual([
      "/opt/coder-providers",
      ...templateProviders(architecture).map(({ source, version }) => `${source}=${version}`),
    ]);
    expect(container.volumeMounts).toEqual(coder.volumeMounts);
    expect(coder.volumes).toEqual([{ name: coder.volumeMounts[0].name, emptyDir: {} }]);
    expect(coder.env).toContainEqual({ name: "TF_CLI_CONFIG_FILE", value: CONFIGURATION });
  });

  test("builds download if the registry is requested", async () => {
    const coder = await coderOf({ templateProviders: "registry" });
    expect(coder).not.toHaveProperty("initContainers");
    expect(JSON.stringify(coder)).not.toContain("TF_CLI_CONFIG_FILE");
  });
});

describe.each(["gce-docker", "gce-vm"])("on %s", (architecture) => {
  test("the machine fills the folder before Coder starts, unless the registry is requested", async () => {
    const metadataOf = async (overrides: Readonly<Record<string, string>>): Promise<TerraformJson> =>
      (await synthesize({ architecture, size: "canary", overrides })).resources.find(
        ({ type, attributes }) =>
          type === "google_compute_instance" && "coder-version" in attributes.metadata,
      )!.attributes.metadata;
    const metadata = await metadataOf({});
    expect(metadata["coder-providers"]).toBe(
      templateProviders(architecture)
        .map(({ source, version }) => `${source}=${version}`)
        .join(" "),
    );
    expect(metadata["coder-provider-mirror"].replaceAll("$${", "${")).toBe(await readFile(SCRIPT, "utf8"));
    expect(metadata["coder-env"]).toContain(`TF_CLI_CONFIG_FILE=${CONFIGURATION}`);
    const script = metadata["startup-script"] as string;
    expect(script.indexOf("patiently install_providers")).toBeLessThan(script.indexOf("enable --now coder"));
    const other = await metadataOf({ templateProviders: "registry" });
    expect(JSON.stringify(other["coder-env"])).not.toContain("TF_CLI_CONFIG_FILE");
    expect(other).not.toHaveProperty("coder-providers");
  });
});

test("only the configuration's own variable is added to Coder's environment", () => {
  const { figures } = resolveSize("gke", "canary");
  const { TF_CLI_CONFIG_FILE: file, ...others } = coderEnvironment(figures);
  expect(file).toBe(CONFIGURATION);
  expect(coderEnvironment({ ...figures, templateProviders: "registry" })).toEqual(others);
});
