import { expect, test } from "vitest";
import { cluster } from "./configuration.ts";
import { Twin } from "./workdir.ts";

/** A DaemonSet on the nodes with these labels; none = on all. */
function daemonSet(host: string, selector: Readonly<Record<string, string>> = {}): Record<string, unknown> {
  const labels = { app: "image" };
  const container = [{ name: "image", image: "registry.example/workspace:1" }];
  return {
    provider: { kubernetes: { host } },
    resource: {
      kubernetes_namespace_v1: { coder: { metadata: [{ name: "coder" }] } },
      kubernetes_daemon_set_v1: {
        pull: {
          metadata: [{ name: "image", namespace: "${kubernetes_namespace_v1.coder.metadata[0].name}" }],
          spec: [
            {
              selector: [{ match_labels: labels }],
              template: [{ metadata: [{ labels }], spec: [{ node_selector: selector, container }] }],
            },
          ],
        },
      },
    },
  };
}

test("a DaemonSet has a pod on each node that it selects, and takes them with it", async () => {
  await using twin = await Twin.prepare();
  const cloudStack = twin.stack("cloud", cluster("bench-one"));
  await twin.apply(cloudStack);
  const { output: host } = await twin.terraform(cloudStack, ["output", "-raw", "host"]);
  const pods = async (): Promise<readonly (string | undefined)[]> =>
    (await twin.items())
      .filter(({ kind }) => kind === "kubernetes_pod")
      .map(({ attributes }) => attributes?.["node"] as string | undefined);

  const stack = twin.stack("pull", daemonSet(host));
  expect(await twin.apply(stack)).toMatchObject({ exitCode: 0 });
  expect(await pods()).toEqual(["pool-0"]);
  expect((await twin.terraform(stack, ["plan", "-detailed-exitcode"])).exitCode).toBe(0);
  expect(await twin.destroy(stack)).toMatchObject({ exitCode: 0 });
  expect(await pods()).toEqual([]);

  const elsewhere = twin.stack("elsewhere", daemonSet(host, { role: "nobody" }));
  expect(await twin.apply(elsewhere)).toMatchObject({ exitCode: 0 });
  expect(await pods()).toEqual([]);
});

test("an image that cannot be pulled fails the apply, and its DaemonSet goes with the namespace", async () => {
  await using twin = await Twin.prepare({ faults: [{ op: "create", do: "image-pull" }] });
  const cloudStack = twin.stack("cloud", cluster("bench-two"));
  await twin.apply(cloudStack);
  const { output: host } = await twin.terraform(cloudStack, ["output", "-raw", "host"]);
  const stack = twin.stack("pull", daemonSet(host));
  const applied = await twin.apply(stack);
  expect(applied.exitCode).toBe(1);
  expect(applied.output).toContain("waiting for rollout to finish");
  expect(applied.output).toContain("ErrImagePull");
  expect(await twin.existing()).toContain("kubernetes_daemon_set image");
  expect((await twin.terraform(stack, ["state", "list"])).output).not.toContain("daemon_set");
  expect(await twin.destroy(stack)).toMatchObject({ exitCode: 0 });
  expect((await twin.existing()).filter((one) => one.startsWith("kubernetes_"))).toEqual([]);
});
