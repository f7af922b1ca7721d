import { beforeAll, describe, expect, test } from "vitest";
import { architectures, resolveSize } from "../../../reference-architectures/catalogue.ts";
import { OWN_CLUSTER, type Synthesis, synthesize, type TerraformJson } from "../synthesize.ts";
import { reasonToSkip, renderChart } from "./coder-chart.ts";

const CASES = ["gke", "eks", "kubernetes"].map((name) => ({ name, size: "validated-2k" }));
const CHART = process.env["REFBENCH_PROVISIONER_CHART"];

describe.each(CASES)("external provisioners on $name $size", ({ name, size }) => {
  const { cloud, region, zone } = architectures.get(name)!;
  const { figures } = resolveSize(name, size);
  let synthesis: Synthesis;
  let release: TerraformJson;
  let values: TerraformJson;
  const all = (type: string): TerraformJson[] =>
    synthesis.resources.filter((made) => made.type === type).map(({ attributes }) => attributes);

  beforeAll(async () => {
    const own = cloud === "kubernetes" ? { ownCluster: OWN_CLUSTER } : {};
    synthesis = await synthesize({ architecture: name, size, region, zone, ...own });
    const found = all("helm_release").filter(({ chart }) => chart === "coder-provisioner");
    expect(found).toHaveLength(1);
    release = found[0];
    values = JSON.parse(release.values[0]);
  });

  test("are as many as the size says, each with exactly its resources and the key from the Secret", () => {
    const { count, cpuMillis, memoryMib } = figures.externalProvisioners;
    const each = { cpu: `${cpuMillis}m`, memory: `${memoryMib}Mi` };
    expect(values.coder.replicaCount).toBe(count);
    expect(values.coder.resources).toEqual({ requests: each, limits: each });
    const [secret, ...others] = all("kubernetes_secret_v1").filter(
      ({ metadata }) => metadata.name === values.provisionerDaemon.keySecretName,
    );
    expect(others).toEqual([]);
    expect(secret.data_wo).toEqual({
      [values.provisionerDaemon.keySecretKey as string]: "${var.provisioner_key}",
    });
  });

  test("exist from the second apply on, after Coder, and are deleted before it", () => {
    expect(release.count).toBe("${var.provisioners > 0 ? 1 : 0}");
    expect(release.depends_on).toContain("helm_release.coder_release");
    expect(release.depends_on).toContain("kubernetes_role_binding_v1.workspaces_binding");
  });

  test("build alone: no daemon runs beside coderd, and Coder's account may not build", () => {
    const coder = JSON.parse(all("helm_release").find(({ chart }) => chart === "coder")!.values[0]);
    expect(coder.coder.env).toContainEqual({ name: "CODER_PROVISIONER_DAEMONS", value: "0" });
    expect(coder.coder.initContainers).toBeUndefined();
    expect(values.coder.initContainers).toHaveLength(1);
    const [binding] = all("kubernetes_role_binding_v1");
    expect(binding.subject.map((subject: TerraformJson) => subject.name)).toEqual(["coder-provisioner"]);
  });

  test("have their own nodes, on which nothing else runs", () => {
    const pools = [...all("google_container_node_pool"), ...all("aws_eks_node_group")].filter((pool) =>
      JSON.stringify(pool).includes("bench-role-provisioners"),
    );
    if (cloud === "kubernetes") return;
    expect(pools).toHaveLength(1);
    const [pool] = pools;
    const node = pool.node_config ?? pool;
    expect(pool.node_count ?? pool.scaling_config.min_size).toBe(figures.machines.provisioners.nodes);
    expect(Object.keys(node.labels)).not.toContain("bench-role-coder");
    expect(node.taint).toHaveLength(1);
    expect(values.coder.tolerations).toMatchObject([{ key: node.taint[0].key, value: node.taint[0].value }]);
    expect(values.coder.nodeSelector).toEqual({ "bench-role-provisioners": "true" });
  });

  test.skipIf(CHART === undefined || reasonToSkip() !== undefined)(
    "are what the chart makes of them",
    async () => {
      const manifests = await renderChart(release, values, CHART);
      expect(manifests.map(({ kind }) => kind as string).toSorted()).toEqual([
        "Deployment",
        "ServiceAccount",
      ]);
      const { spec } = manifests.find(({ kind }) => kind === "Deployment");
      expect(spec.replicas).toBe(figures.externalProvisioners.count);
      const [container] = spec.template.spec.containers;
      expect(container.env).toContainEqual({
        name: "CODER_PROVISIONER_DAEMON_KEY",
        valueFrom: { secretKeyRef: { name: "coder-provisioner-key", key: "key" } },
      });
      expect(spec.template.spec.serviceAccountName).toBe("coder-provisioner");
    },
  );
});

test.each(["100", "1200", "canary"])(
  "size %s with built-in daemons has neither the variables nor the release",
  async (size) => {
    const { region, zone } = architectures.get("gke")!;
    const { resources, stacks } = await synthesize({ architecture: "gke", size, region, zone });
    expect(JSON.stringify({ resources, stacks })).not.toMatch(
      /provisioner_key|coder-provisioner|bench-role-provisioners/,
    );
  },
);
