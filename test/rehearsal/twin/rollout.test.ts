import { expect, test } from "vitest";
import { cluster } from "./configuration.ts";
import { Twin } from "./workdir.ts";

/** A Deployment with so many pods, no two on one node. */
function deployment(host: string, replicas: number): Record<string, unknown> {
  const labels = { app: "image" };
  const apart = {
    required_during_scheduling_ignored_during_execution: [
      { label_selector: [{ match_labels: labels }], topology_key: "kubernetes.io/hostname" },
    ],
  };
  return {
    provider: { kubernetes: { host } },
    resource: {
      kubernetes_namespace_v1: { coder: { metadata: [{ name: "coder" }] } },
      kubernetes_deployment_v1: {
        pull: {
          metadata: [{ name: "image", namespace: "${kubernetes_namespace_v1.coder.metadata[0].name}" }],
          spec: [
            {
              replicas: String(replicas),
              selector: [{ match_labels: labels }],
              template: [
                {
                  metadata: [{ labels }],
                  spec: [
                    {
                      affinity: [{ pod_anti_affinity: [apart] }],
                      container: [{ name: "image", image: "registry.example/workspace:1" }],
                    },
                  ],
                },
              ],
            },
          ],
        },
      },
    },
  };
}

/** Makes a cluster of one node; answers its host. */
async function clusterIn(twin: Twin, name: string): Promise<string> {
  const cloudStack = twin.stack("cloud", cluster(name));
  await twin.apply(cloudStack);
  return (await twin.terraform(cloudStack, ["output", "-raw", "host"])).output;
}

const nodesOfPods = async (twin: Twin): Promise<readonly unknown[]> =>
  (await twin.items())
    .filter(({ kind }) => kind === "kubernetes_pod")
    .map(({ attributes }) => attributes?.["node"]);

test("a Deployment has a pod on each node, deletes them with itself, and waits without success for a missing node", async () => {
  await using twin = await Twin.prepare();
  const host = await clusterIn(twin, "bench-one");
  const stack = twin.stack("pull", deployment(host, 1));
  expect(await twin.apply(stack)).toMatchObject({ exitCode: 0 });
  expect(await nodesOfPods(twin)).toEqual(["pool-0"]);
  expect((await twin.terraform(stack, ["plan", "-detailed-exitcode"])).exitCode).toBe(0);
  expect(await twin.destroy(stack)).toMatchObject({ exitCode: 0 });
  expect(await nodesOfPods(twin)).toEqual([]);

  const larger = twin.stack("larger", deployment(host, 2));
  expect((await twin.apply(larger)).output).toContain("Unschedulable: 1 nodes for 2 pods");
});

test("an image that cannot be pulled fails the apply, and a destroy removes what was made", async () => {
  await using twin = await Twin.prepare({ faults: [{ op: "create", do: "image-pull" }] });
  const host = await clusterIn(twin, "bench-two");
  const stack = twin.stack("pull", deployment(host, 1));
  const applied = await twin.apply(stack);
  expect(applied.exitCode).toBe(1);
  expect(applied.output).toContain("Deployment exceeded its progress deadline");
  expect(applied.output).toContain("ErrImagePull");
  expect(await twin.existing()).toContain("kubernetes_deployment image");
  expect(await twin.destroy(stack)).toMatchObject({ exitCode: 0 });
  expect((await twin.existing()).filter((one) => one.startsWith("kubernetes_"))).toEqual([]);
});
