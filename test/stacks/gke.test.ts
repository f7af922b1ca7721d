import { beforeAll, describe, expect, test } from "vitest";
import { resolveSize } from "../../reference-architectures/catalogue.ts";
import { RUN, type Synthesis, synthesize, type Synthesized, type TerraformJson } from "./synthesize.ts";

const LABELS = {
  "bench-run": RUN.runId,
  "bench-env": "gke",
  "bench-owner": "ada",
  "bench-expires": "1795999999",
  "bench-managed": "cdktf",
};
const PREFIX = "bench-5t6w4y1z0abc-";

describe.each(["100", "1200", "canary"])("size %s", (sizeName) => {
  const size = resolveSize("gke", sizeName).figures;
  let synthesis: Synthesis;
  beforeAll(async () => {
    synthesis = await synthesize({ size: sizeName });
  });

  const all = (type: string): readonly Synthesized[] =>
    synthesis.resources.filter((resource) => resource.type === type);
  const only = (type: string): TerraformJson => {
    const found = all(type);
    expect(found).toHaveLength(1);
    return found[0]!.attributes;
  };
  const helmValues = (): TerraformJson => JSON.parse(only("helm_release").values[0]);
  const coderEnv = (): Record<string, string> =>
    Object.fromEntries(
      (helmValues().coder.env as { name: string; value: string }[]).map(({ name, value }) => [name, value]),
    );

  test("its stacks are called the same, whatever their size", () => {
    expect(Object.keys(synthesis.stacks)).toEqual(["gke-cloud", "gke-coder"]);
  });

  test("a resource that the provider labels gets every label under its own name", () => {
    expect(synthesis.stacks["gke-cloud"].provider.google[0].default_labels).toEqual(LABELS);
  });

  test("disks that the cluster makes carry the run's labels too", () => {
    const { labels } = only("kubernetes_storage_class_v1").parameters as { labels: string };
    expect(Object.fromEntries(labels.split(",").map((label) => label.split("=")))).toEqual({
      ...LABELS,
      "bench-managed": "coder",
    });
  });

  test("names fit the shortest limit of their kind", () => {
    const limits: Readonly<Record<string, number>> = {
      google_service_account: 30,
      google_container_cluster: 40,
      google_container_node_pool: 40,
      helm_release: 53,
    };
    for (const { type, attributes } of synthesis.resources) {
      const name = attributes.account_id ?? attributes.name ?? attributes.metadata?.name;
      if (type === "google_project_iam_member") continue;
      expect(name.length, `${type} ${name}`).toBeLessThanOrEqual(limits[type] ?? 63);
    }
  });

  test("the database has no public address and no peering", () => {
    const { settings } = only("google_sql_database_instance");
    expect(settings.ip_configuration).toMatchObject({
      ipv4_enabled: false,
      psc_config: [{ psc_enabled: true }],
    });
    expect(settings.ip_configuration).not.toHaveProperty("private_network");
    expect(all("google_service_networking_connection")).toEqual([]);
    expect(only("google_compute_address").address_type).toBe("INTERNAL");
  });

  test("the database accepts a custom tier", () => {
    expect(only("google_sql_database_instance").settings).toMatchObject({
      edition: "ENTERPRISE",
      tier: size.database.tier,
    });
  });

  test("nothing keeps a destroy from its end", () => {
    const instance = only("google_sql_database_instance");
    expect(instance.deletion_protection).toBe(false);
    expect(instance.settings.deletion_protection_enabled).toBe(false);
    expect(instance.settings.backup_configuration).toEqual({ enabled: false });
    expect(only("google_container_cluster").deletion_protection).toBe(false);
    expect(only("google_sql_database").deletion_policy).toBe("ABANDON");
    expect(only("google_sql_user").deletion_policy).toBe("ABANDON");
  });

  test("nodes have no public address, and the cluster none at all", () => {
    const cluster = only("google_container_cluster");
    expect(cluster.private_cluster_config).toEqual({ enable_private_nodes: true });
    expect(cluster.control_plane_endpoints_config).toEqual({
      dns_endpoint_config: { allow_external_traffic: true },
      ip_endpoints_config: { enabled: false },
    });
  });

  test("some pool takes Kubernetes' own pods", () => {
    const pools = all("google_container_node_pool");
    expect(pools.filter(({ attributes }) => attributes.node_config.taint === undefined)).toHaveLength(1);
  });

  test("every role of pods finds nodes that let it in", () => {
    const pools = all("google_container_node_pool").map(({ attributes }) => attributes.node_config);
    for (const role of ["coder", "workspaces"]) {
      const willing = pools.filter(
        (pool) =>
          pool.labels[`bench-role-${role}`] === "true" &&
          (pool.taint === undefined || pool.taint.every((taint: { value: string }) => taint.value === role)),
      );
      expect(willing, role).toHaveLength(1);
    }
  });

  test("the pools have the machines that the size names", () => {
    const pools = Object.fromEntries(
      all("google_container_node_pool").map(({ attributes: { name, node_count, node_config } }) => [
        (name as string).slice(PREFIX.length),
        {
          machineType: node_config.machine_type,
          nodes: node_count,
          minCpuPlatform: node_config.min_cpu_platform,
        },
      ]),
    );
    const { coder, workspaces, system } = size.machines;
    const wanted = Object.entries({ coder, workspaces, system }).filter(([, { nodes }]) => nodes > 0);
    expect(pools).toEqual(Object.fromEntries(wanted));
  });

  test("the pods' range has a /23 for every node", () => {
    const { coder, workspaces, system } = size.machines;
    const nodes = coder.nodes + workspaces.nodes + system.nodes;
    const ranges = only("google_compute_subnetwork").secondary_ip_range as {
      range_name: string;
      ip_cidr_range: string;
    }[];
    const prefix = Number(ranges.find((range) => range.range_name === "pods")!.ip_cidr_range.split("/")[1]);
    expect(2 ** (23 - prefix)).toBeGreaterThanOrEqual(nodes);
  });

  test("Coder's Service stays inside the network", () => {
    expect(helmValues().coder.service).toMatchObject({
      type: "LoadBalancer",
      annotations: { "networking.gke.io/load-balancer-type": "Internal" },
    });
  });

  test("the release runs the replicas, daemons and version of the size, one replica a node", () => {
    const { coder } = helmValues();
    expect(coder.replicaCount * Number(coderEnv()["CODER_PROVISIONER_DAEMONS"])).toBe(size.concurrentBuilds);
    expect(coder.replicaCount).toBe(size.coder.replicas);
    expect(only("helm_release")).toMatchObject({ chart: "coder", version: size.coder.version, wait: true });
    expect(coder.image.tag).toBe(`v${size.coder.version}`);
    const [rule] = coder.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    expect(rule).toEqual({
      labelSelector: { matchLabels: { "app.kubernetes.io/instance": only("helm_release").name } },
      topologyKey: "kubernetes.io/hostname",
    });
  });

  test("only a licensed size has more than one replica", () => {
    expect(helmValues().coder.replicaCount > 1).toBe(size.licensed);
  });

  test("the database takes what the replicas open, and a fifth more", () => {
    const flags = only("google_sql_database_instance").settings.database_flags as {
      name: string;
      value: string;
    }[];
    const limit = Number(flags.find(({ name }) => name === "max_connections")!.value);
    expect(limit).toBeGreaterThanOrEqual(
      1.2 * size.coder.replicas * Number(coderEnv()["CODER_PG_CONN_MAX_OPEN"]),
    );
  });

  test("state is stored beside its stack, and other stacks reach it by a relative path", () => {
    for (const stack of Object.values(synthesis.stacks)) {
      expect(stack.terraform.backend).toEqual({ local: { path: "terraform.tfstate" } });
    }
    const remote = synthesis.stacks["gke-coder"].data.terraform_remote_state as Record<string, TerraformJson>;
    expect(Object.values(remote).map(({ config }) => config.path)).toEqual([
      "../gke-cloud/terraform.tfstate",
    ]);
  });
});

test("everything is in a run's project, region and zone", async () => {
  const { stacks } = await synthesize({ project: "other", region: "europe-west1", zone: "europe-west1-b" });
  const text = JSON.stringify(stacks["gke-cloud"]);
  expect(stacks["gke-cloud"].provider.google[0]).toMatchObject({ project: "other", region: "europe-west1" });
  expect(text).not.toContain("us-central1");
});

test("overrides and Coder's version reach the stacks", async () => {
  const { resources } = await synthesize({
    coderVersion: "2.30.1",
    overrides: { "coder.daemonsPerReplica": 10, concurrentBuilds: 10 },
  });
  const release = resources.find(({ type }) => type === "helm_release")!.attributes;
  expect(release.version).toBe("2.30.1");
  expect(release.values[0]).toMatch(/CODER_PROVISIONER_DAEMONS",\s+"value": "10"/);
});

test("the same environment gives the same stacks", async () => {
  const [first, second] = await Promise.all([synthesize(), synthesize()]);
  expect(second.stacks).toEqual(first.stacks);
});

test("a contradiction is reported in one sentence, and nothing is synthesized", async () => {
  await expect(synthesize({ overrides: { users: 10 } })).rejects.toThrow(
    /^workspaces is 200, expected at most 20[^\n]*$/,
  );
});
