import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { architectures, resolveSize } from "../../reference-architectures/catalogue.ts";
import {
  readTemplate,
  templateParameters,
  templateVariables,
} from "../../reference-architectures/template.ts";
import { WORKSPACE_IMAGE } from "../../reference-architectures/artefacts/workspace-image.ts";

const RUN = {
  architecture: "gke",
  size: resolveSize("gke").figures,
  runId: "01kb3v9x2m7q8r5t6w4y1z0abc",
  owner: "ada",
  expiresAt: 1_795_999_999,
  place: { namespace: "coder-workspaces", storage_class: "bench-home" },
};

test.each([...architectures.keys()])(
  "the template of %s is Terraform in its canonical form",
  async (name) => {
    const files = await readTemplate(name);
    expect(Object.keys(files)).toContain("main.tf");
    for (const content of Object.values(files)) {
      const { stdout } = await execa("terraform", ["fmt", "-no-color", "-"], {
        input: content,
        stripFinalNewline: false,
      });
      expect(stdout).toBe(content);
    }
  },
);

/** The resources of each template, and the location that its stacks set. */
const TEMPLATES: Readonly<
  Record<string, { readonly makes: readonly string[]; readonly place: readonly string[] }>
> = {
  gke: {
    makes: ["kubernetes_persistent_volume_claim_v1", "kubernetes_pod_v1"],
    place: ["namespace", "storage_class", "node_selector"],
  },
  eks: {
    makes: ["kubernetes_persistent_volume_claim_v1", "kubernetes_pod_v1"],
    place: ["namespace", "storage_class", "node_selector"],
  },
  kubernetes: {
    makes: ["kubernetes_persistent_volume_claim_v1", "kubernetes_pod_v1"],
    place: ["namespace", "storage_class", "node_selector", "image"],
  },
  "gce-docker": { makes: ["docker_volume", "docker_container"], place: [] },
  "gce-vm": {
    makes: ["google_compute_instance"],
    place: ["project", "zone", "subnetwork", "service_account", "machine_type", "disk_type", "image"],
  },
};

describe.each([...architectures.keys()])("the template of %s", (architecture) => {
  const run = {
    ...RUN,
    architecture,
    size: resolveSize(architecture).figures,
    place: Object.fromEntries(TEMPLATES[architecture]!.place.map((name) => [name, "somewhere"])),
  };

  test("gets every variable without a default, and no unknown one", async () => {
    const { "variables.tf": variables = "" } = await readTemplate(architecture);
    const required = variables
      .split(/^}/m)
      .filter((block) => !/^ +default +=/m.test(block))
      .flatMap((block) => /variable "(\w+)"/.exec(block)?.[1] ?? []);
    const given = templateVariables(run);
    expect(required.length).toBeGreaterThan(3);
    expect(Object.keys(given)).toEqual(expect.arrayContaining(required));
    for (const name of Object.keys(given)) expect(variables).toContain(`variable "${name}"`);
  });

  test("labels its resources with the run", async () => {
    const { "main.tf": main = "" } = await readTemplate(architecture);
    const made = main
      .split(/^resource /m)
      .filter((block) => /^"(?!coder_)/.test(block.replace(/^#[^]*/, "")));
    expect(made.map((block) => /^"(\w+)"/.exec(block)?.[1])).toEqual(TEMPLATES[architecture]!.makes);
    for (const block of made) expect(block).toMatch(/(labels|for_each) += local\.labels/);
    for (const label of ["bench-run", "bench-env", "bench-owner", "bench-expires"]) {
      expect(main).toMatch(new RegExp(`"${label}" += var\\.${label.replace("-", "_")}`));
    }
    expect(main).toMatch(/"bench-managed" += "coder"/);
  });

  test("pins provider and image versions, because a number must be reproducible", async () => {
    const files = await readTemplate(architecture);
    const versions = [...(files["main.tf"] ?? "").matchAll(/^ +version = "(.*)"/gm)].map(
      ([, version]) => version,
    );
    expect(versions).toHaveLength(2);
    for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    // A machine's image comes from the stack.
    if (!TEMPLATES[architecture]!.place.includes("image"))
      expect(files["variables.tf"]).toMatch(/default += "[^"]+:\w+-\d{8}"/);
  });

  test("ends its resources when the run expires", async () => {
    const { "main.tf": main = "" } = await readTemplate(architecture);
    expect(main).toContain("local.deadline_seconds");
    expect(main).toMatch(/ignore_changes = \[/);
  });
});

test("a workspace's machine has no public address, a disk that is deleted with it, and an automatic end", async () => {
  const { "main.tf": main = "" } = await readTemplate("gce-vm");
  expect(main).not.toMatch(/access_config \{/);
  expect(main).toMatch(/auto_delete = true/);
  expect(main).toMatch(/instance_termination_action = .*"DELETE"/);
  expect(main).toMatch(/dynamic "max_run_duration"/);
  expect(main).not.toContain("coder_agent.main.token");
});

test("the home disk is a parameter of each workspace", () => {
  expect(templateParameters(RUN.size)).toEqual({ home_disk_size: "10" });
  expect(templateParameters({ ...RUN.size, homeVolumeGib: 0 })).toEqual({
    home_disk_size: "0",
  });
});

test("workspaces of an environment without an expiry get none", () => {
  expect(templateVariables({ ...RUN, expiresAt: null })["bench_expires"]).toBe("never");
});

test("a workspace's pod lives until its run expires", async () => {
  const { "expiry.tf": expiry = "" } = await readTemplate("gke");
  const folder = await mkdtemp(join(tmpdir(), "refbench-expiry-"));
  await writeFile(join(folder, "expiry.tf"), expiry);
  await writeFile(
    join(folder, "test.tf"),
    `variable "bench_expires" { type = string }
output "seconds" { value = local.deadline_seconds == null ? "none" : local.deadline_seconds }
output "now" { value = local.now }`,
  );
  const outputs = async (expires: string): Promise<{ seconds: unknown; now: string }> => {
    await execa("terraform", ["apply", "-auto-approve", `-var=bench_expires=${expires}`], { cwd: folder });
    const { stdout } = await execa("terraform", ["output", "-json"], { cwd: folder });
    const { seconds, now } = JSON.parse(stdout) as Record<string, { value: string }>;
    return { seconds: seconds!.value, now: now!.value };
  };
  const expiresAt = 1_900_000_000;
  const far = await outputs(String(expiresAt));
  expect(Number(far.seconds)).toBe(expiresAt - Date.parse(far.now) / 1_000);
  expect(await outputs("1000000000")).toMatchObject({ seconds: "60" });
  expect(await outputs("never")).toMatchObject({ seconds: "none" });
});

test("a workspace's pod requests the size's resources", () => {
  const { figures } = resolveSize("gke", "100", { "workspacePod.cpuMillis": 60 });
  expect(templateVariables({ ...RUN, size: figures })).toMatchObject({ cpu: "60m", memory: "128Mi" });
});

test("a machine's agent has its own user's home, not that of the user who starts it", async () => {
  const { "main.tf": main = "" } = await readTemplate("gce-vm");
  const start = /exec runuser .*$/m.exec(main)?.[0];
  expect(start).toMatch(/-u coder -- env HOME=\/home\/coder /);
});

test.each(["gke", "eks", "gce-docker"])(
  "the image of %s is the one that a preflight asks for",
  async (name) => {
    const { "variables.tf": variables = "" } = await readTemplate(name);
    expect(variables).toContain(`"${WORKSPACE_IMAGE}"`);
  },
);

test.each(["gke", "eks"])("a pod of %s has 20 minutes to start and 10 to end", async (name) => {
  const { "main.tf": main = "" } = await readTemplate(name);
  const pod = main.slice(main.indexOf('resource "kubernetes_pod_v1"'));
  expect(pod).toMatch(/timeouts \{\s+create = "20m"\s+delete = "10m"\s+\}/);
});

test("a size's workspace image reaches the template, and one without a registry is refused", () => {
  const image = `ghcr.io/acme/workspace@sha256:${"ab".repeat(32)}`;
  const { figures } = resolveSize("gke", "canary", { "workspacePod.image": image });
  expect(templateVariables({ ...RUN, size: figures })["image"]).toBe(image);
  expect(() => resolveSize("gke", "canary", { "workspacePod.image": "ubuntu" })).toThrow(/with its registry/);
});
