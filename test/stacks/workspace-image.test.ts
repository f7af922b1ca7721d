import { describe, expect, test } from "vitest";
import { readTemplate, templateVariables } from "../../reference-architectures/template.ts";
import { resolveSize } from "../../reference-architectures/catalogue.ts";
import { RUN, synthesize, type TerraformJson } from "./synthesize.ts";

const DIGEST = `sha256:${"1a".repeat(32)}`;

/** Returns the image of an environment's workspaces. */
function imageOfWorkspaces(architecture: string, workspaceImageDigest?: string): string {
  const { figures } = resolveSize(architecture, "canary");
  return templateVariables({
    ...{ architecture, size: figures, runId: RUN.runId, owner: RUN.owner, expiresAt: null, place: {} },
    workspaceImageDigest,
  })["image"]!;
}

describe.each(["gke", "eks"])("on %s", (architecture) => {
  const deploymentOf = async (digest?: string): Promise<TerraformJson> =>
    (
      await synthesize({
        architecture,
        size: "canary",
        ...(digest === undefined ? {} : { workspaceImageDigest: digest }),
      })
    ).resources.find(({ type }) => type === "kubernetes_deployment_v1")!.attributes;

  test.each([undefined, DIGEST])(
    "every node has what workspaces run before the load (digest %s)",
    async (digest) => {
      const { spec, wait_for_rollout: waits } = await deploymentOf(digest);
      expect(waits).toBe(true);
      const [container, ...others] = spec.template.spec.container;
      expect(others).toEqual([]);
      expect(container.image).toBe(imageOfWorkspaces(architecture, digest));
      expect(container.image.endsWith(`@${DIGEST}`)).toBe(digest !== undefined);
      expect(container.image_pull_policy).toBe("IfNotPresent");
    },
  );

  test.each(["canary", "100", "1200"])("size %s has one pod on each node of workspaces", async (size) => {
    const { figures } = resolveSize(architecture, size);
    const { workspaces, coder } = figures.machines;
    const found = (await synthesize({ architecture, size })).resources.find(
      ({ type }) => type === "kubernetes_deployment_v1",
    )!.attributes;
    expect(found.spec.replicas).toBe(String(workspaces.nodes > 0 ? workspaces.nodes : coder.nodes));
    const [apart] =
      found.spec.template.spec.affinity.pod_anti_affinity.required_during_scheduling_ignored_during_execution;
    expect(apart.topology_key).toBe("kubernetes.io/hostname");
    expect(apart.label_selector[0].match_labels).toEqual(found.spec.selector.match_labels);
    expect(found.spec.strategy.type).toBe("Recreate");
    expect(found.timeouts.create).toBe(`${found.spec.progress_deadline_seconds / 60}m`);
  });

  test("the nodes are those that the template's pods select, taints included", async () => {
    const { spec } = await deploymentOf();
    const { "main.tf": template = "", "variables.tf": variables = "" } = await readTemplate(architecture);
    const [, key, value] = /variable "node_selector"[^}]+default\s+= "([^"=]+)=([^"]+)"/.exec(variables)!;
    expect(template).toContain("node_selector = local.node_selector");
    expect(spec.template.spec.node_selector).toEqual({ [key!]: value });
    const [toleration] = spec.template.spec.toleration;
    for (const [name, given] of Object.entries(toleration as Record<string, string>))
      expect(template).toMatch(new RegExp(`${name}\\s+= "${given}"`));
  });

  test("it has the run's labels, none of them in its selector, and is not in the workspaces' namespace", async () => {
    const { metadata, spec } = await deploymentOf();
    // A separate claim would make a disk without a label.
    expect(spec.template.spec).not.toHaveProperty("volume");
    for (const { labels } of [metadata, spec.template.metadata]) {
      expect(labels).toMatchObject({ "bench-run": RUN.runId, "bench-managed": "cdktf" });
      expect(labels).toMatchObject(spec.selector.match_labels);
    }
    expect(JSON.stringify(spec.selector)).not.toContain("bench-run");
    expect(metadata.namespace).toBe("${kubernetes_namespace_v1.namespace.metadata[0].name}");
  });
});

test("a machine with Docker pulls the image of its containers", async () => {
  const imageFor = async (workspaceImageDigest?: string): Promise<string> =>
    (
      await synthesize({
        architecture: "gce-docker",
        size: "canary",
        ...(workspaceImageDigest === undefined ? {} : { workspaceImageDigest }),
      })
    ).resources.find(
      ({ type, attributes }) => type === "google_compute_instance" && "coder-version" in attributes.metadata,
    )!.attributes.metadata["coder-workspace-image"];
  expect(await imageFor()).toBe(imageOfWorkspaces("gce-docker"));
  expect(await imageFor(DIGEST)).toBe(imageOfWorkspaces("gce-docker", DIGEST));
});

test("an image that a size names by digest stays unchanged", () => {
  const image = `ghcr.io/acme/workspace@${DIGEST}`;
  const { figures } = resolveSize("gke", "canary", { "workspacePod.image": image });
  const variables = templateVariables({
    ...{ architecture: "gke", size: figures, runId: "r", owner: "o", expiresAt: null, place: {} },
    workspaceImageDigest: `sha256:${"00".repeat(32)}`,
  });
  expect(variables["image"]).toBe(image);
});
