import { describe, expect, test } from "vitest";
import { getArchitecture, resolveSize } from "../../reference-architectures/catalogue.ts";
import { synthesize, type Synthesis, type Synthesized } from "./synthesize.ts";

const RUNNERS = /runner|google_compute_instance$|aws_instance/;

const synthesized = (name: string, generators?: { nodes: number }): Promise<Synthesis> => {
  const { region, zone } = getArchitecture(name);
  const chosen = generators === undefined ? {} : { generators, runner: undefined };
  return synthesize({ architecture: name, size: "100", region, zone, ...(chosen as object) });
};

const keysOf = (resources: readonly Synthesized[]): readonly string[] =>
  resources.map(({ stack, type, id }) => `${stack} ${type} ${id}`);

describe.each([
  ["gke", "google_container_node_pool"],
  ["eks", "aws_eks_node_group"],
])("%s with machines for the pods of a load", (name, type) => {
  test("has one more pool and a namespace, no load runner, and otherwise the same", async () => {
    const [plain, other] = [await synthesized(name), await synthesized(name, { nodes: 3 })];
    const [before, after] = [keysOf(plain.resources), keysOf(other.resources)];
    const added = other.resources.filter((one) => !before.includes(keysOf([one])[0]!));
    const kinds = added.map((one) => one.type).filter((one) => one !== "aws_launch_template");
    expect(kinds.toSorted()).toEqual([type, "kubernetes_namespace_v1"].toSorted());
    for (const key of before.filter((one) => !after.includes(one))) expect(key).toMatch(RUNNERS);
    const outputsOf = ({ stacks }: Synthesis, stack: string): object => stacks[`${name}-${stack}`].output;
    expect(outputsOf(plain, "cloud")).toHaveProperty("runner_machine");
    expect(outputsOf(other, "cloud")).not.toHaveProperty("runner_machine");
    expect(outputsOf(plain, "coder")).not.toHaveProperty("load_namespace");
    expect(outputsOf(other, "coder")).toHaveProperty("load_namespace");
  });

  test("keeps other pods off them, and names the namespace as the run's", async () => {
    const { resources } = await synthesized(name, { nodes: 3 });
    const { machineType } = resolveSize(name, "100").figures.machines.runner;
    const pool = resources.find(({ type: one, id }) => one === type && id.startsWith("load_"))!.attributes;
    const { labels, taint } = pool.node_config ?? pool;
    expect(labels).toEqual({ "bench-role-load": "true" });
    expect(taint).toEqual([{ key: "bench-role", value: "load", effect: "NO_SCHEDULE" }]);
    expect(pool.node_config?.machine_type ?? pool.instance_types[0]).toBe(machineType);
    expect(pool.node_count ?? pool.scaling_config).toEqual(
      name === "gke" ? 3 : { desired_size: 3, min_size: 3, max_size: 3 },
    );
    const namespaces = resources.filter((one) => one.type === "kubernetes_namespace_v1");
    const metadata = namespaces.map(({ attributes }) => attributes.metadata);
    expect(metadata.find((one) => one.name === "bench-load")).toMatchObject({
      labels: { "bench-run": "01kb3v9x2m7q8r5t6w4y1z0abc" },
    });
  });
});
