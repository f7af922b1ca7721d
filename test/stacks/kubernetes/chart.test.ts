import { beforeAll, describe, expect, test } from "vitest";
import { architectures, resolveSize } from "../../../reference-architectures/catalogue.ts";
import {
  type CoderDeployment,
  defaultValues,
  deploymentOfManifests,
  deploymentOfValues,
  reasonToSkip,
  renderChart,
} from "./coder-chart.ts";
import { changed, leaves, unknownTo } from "./values-tree.ts";
import { RUN, type Synthesis, synthesize, type TerraformJson } from "../synthesize.ts";

const CASES = [...architectures.values()]
  .filter(({ stacks }) => stacks.length > 1)
  .flatMap(({ name, cloud, region, zone, sizes }) =>
    Object.keys(sizes).map((size) => ({ name, cloud, region, zone, size })),
  );
const skipped = reasonToSkip();
const SOURCES = [
  { source: "our values", render: false, skip: undefined },
  { source: "the chart's manifests", render: true, skip: skipped },
] as const;

describe.each(CASES)("Coder on $name $size", ({ name, cloud, region, zone, size: sizeName }) => {
  const size = resolveSize(name, sizeName).figures;
  let synthesis: Synthesis;
  let release: TerraformJson;
  let values: TerraformJson;
  beforeAll(async () => {
    synthesis = await synthesize({ architecture: name, size: sizeName, region, zone });
    release = only("helm_release", ({ chart }) => chart === "coder");
    values = JSON.parse(release.values[0]);
  });
  const only = (type: string, is: (attributes: TerraformJson) => boolean = () => true): TerraformJson => {
    const found = synthesis.resources.filter((made) => made.type === type && is(made.attributes));
    expect(found).toHaveLength(1);
    return found[0]!.attributes;
  };

  describe.each(SOURCES)("by $source", ({ render, skip }) => {
    let coder: CoderDeployment;
    beforeAll(async () => {
      if (skip === undefined)
        coder = render
          ? deploymentOfManifests(await renderChart(release, values))
          : deploymentOfValues(values);
    });
    const law = test.skipIf(skip !== undefined);

    law("gets what the size says, no more and no less, and starts no second replica on a node", () => {
      expect(coder.replicas).toBe(size.coder.replicas);
      const each = { cpu: `${size.coder.cpuMillis}m`, memory: `${size.coder.memoryGib}Gi` };
      expect(coder.resources).toEqual({ requests: each, limits: each });
      const [term, ...others] = coder.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
      expect(others).toEqual([]);
      expect(term).toEqual({
        topologyKey: "kubernetes.io/hostname",
        labelSelector: { matchLabels: { "app.kubernetes.io/instance": release.name } },
      });
      if (render) expect(coder.labels["app.kubernetes.io/instance"]).toBe(release.name);
    });

    law("finds as many nodes as it has replicas", () => {
      const pools = synthesis.resources.flatMap(({ type, attributes }) => poolOf(type, attributes));
      const tolerated = new Set(coder.tolerations.map(({ key, value }) => `${key}=${value}`));
      const fitting = pools.filter(
        ({ labels, taints }) =>
          Object.entries(coder.nodeSelector).every(([key, value]) => labels[key] === value) &&
          taints.every((taint) => tolerated.has(taint)),
      );
      expect(fitting).toHaveLength(1);
      expect(fitting[0]!.nodes).toBeGreaterThanOrEqual(coder.replicas);
    });

    law("has each variable once, and the database's address from a secret that the stack makes", () => {
      const names = coder.env.map((variable) => variable.name);
      expect(names).toEqual([...new Set(names)]);
      const env = Object.fromEntries(coder.env.map((variable) => [variable.name, variable]));
      expect(env).toMatchObject({
        CODER_PROVISIONER_DAEMONS: { value: String(size.coder.daemonsPerReplica) },
        CODER_PG_CONN_MAX_OPEN: { value: String(size.coder.databaseConnections) },
        CODER_DANGEROUS_DISABLE_RATE_LIMITS: { value: "true" },
        CODER_PROMETHEUS_ENABLE: { value: "true" },
        CODER_PROMETHEUS_ADDRESS: { value: "0.0.0.0:2112" },
        CODER_PPROF_ENABLE: { value: "true" },
        CODER_PPROF_ADDRESS: { value: "0.0.0.0:6060" },
        CODER_TELEMETRY_ENABLE: { value: "false" },
      });
      const secret = only("kubernetes_secret_v1", ({ metadata }) => metadata.name === "coder-db-url");
      expect(env["CODER_PG_CONNECTION_URL"]).toEqual({
        name: "CODER_PG_CONNECTION_URL",
        valueFrom: { secretKeyRef: { name: secret.metadata.name, key: "url" } },
      });
      expect(Object.keys(secret.data_wo)).toEqual(["url"]);
      expect(JSON.stringify(coder.env)).not.toMatch(/postgres:\/\/|password/i);
    });

    law("is reached from private addresses only", () => {
      expect(coder.service.type).toBe("LoadBalancer");
      const internal =
        cloud === "aws"
          ? { "service.beta.kubernetes.io/aws-load-balancer-internal": "true" }
          : { "networking.gke.io/load-balancer-type": "Internal" };
      expect(coder.service.annotations).toMatchObject({
        ...internal,
        "service.beta.kubernetes.io/load-balancer-source-ranges": "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
      });
    });

    law("is one version, and its pods carry the run's labels", () => {
      expect(coder.image).toBe(`ghcr.io/coder/coder:v${size.coder.version}`);
      expect(release.version).toBe(size.coder.version);
      expect(coder.labels).toMatchObject({ "bench-run": RUN.runId, "bench-managed": "cdktf" });
    });
  });

  test("its builds may do what the template's provider does in the workspaces' namespace, and nothing else", () => {
    const role = only("kubernetes_role_v1");
    expect(role.rule).toEqual([
      {
        api_groups: [""],
        resources: ["pods", "persistentvolumeclaims"],
        verbs: ["create", "delete", "get", "patch"],
      },
      { api_groups: [""], resources: ["events"], verbs: ["list"] },
    ]);
    const binding = only("kubernetes_role_binding_v1");
    expect(binding.subject).toEqual([
      {
        kind: "ServiceAccount",
        name: size.provisioners === "external" ? "coder-provisioner" : "coder",
        namespace: "${kubernetes_namespace_v1.namespace.metadata[0].name}",
      },
    ]);
    for (const { metadata } of [role, binding])
      expect(metadata.namespace).toBe("${kubernetes_namespace_v1.workspaces_namespace.metadata[0].name}");
  });
});

describe(
  skipped === undefined ? "Coder's chart" : `Coder's chart (${skipped})`,
  { skip: skipped !== undefined },
  () => {
    const gke = architectures.get("gke")!;
    let release: TerraformJson;
    let values: TerraformJson;
    let manifests: readonly TerraformJson[];
    beforeAll(async () => {
      const { resources } = await synthesize({ size: "1200", region: gke.region, zone: gke.zone });
      release = resources.find(({ type }) => type === "helm_release")!.attributes;
      values = JSON.parse(release.values[0]);
      manifests = await renderChart(release, values);
    });
    const kind = (wanted: string): TerraformJson => manifests.find((manifest) => manifest.kind === wanted);

    test("makes a Deployment, its Service and its account: no ingress, no role, no secret", () => {
      expect(manifests.map((manifest) => manifest.kind as string).sort()).toEqual([
        "Deployment",
        "Service",
        "ServiceAccount",
      ]);
      expect(kind("ServiceAccount").metadata).toMatchObject({
        name: "coder",
        labels: { "bench-run": RUN.runId },
      });
      expect(kind("Deployment").metadata.labels).toMatchObject({ "bench-run": RUN.runId });
      const selector = Object.entries(kind("Service").spec.selector as object);
      expect(Object.entries(kind("Deployment").spec.template.metadata.labels as object)).toEqual(
        expect.arrayContaining(selector),
      );
    });

    test("runs Coder without privileges, as ready when it answers, with time to end its builds", () => {
      const pod = kind("Deployment").spec.template.spec;
      expect(pod.serviceAccountName).toBe("coder");
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30);
      const [container, ...others] = pod.containers;
      expect(others).toEqual([]);
      expect(container).toMatchObject({
        imagePullPolicy: "IfNotPresent",
        securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
        readinessProbe: { httpGet: { path: "/healthz", port: "http" } },
      });
      expect(container.ports).toContainEqual({
        name: "prometheus-http",
        containerPort: 2112,
        protocol: "TCP",
      });
    });

    test("knows every value that we set", async () => {
      expect(unknownTo(await defaultValues(), values)).toEqual([]);
    });

    test("ignores none of them: another value gives another manifest", async () => {
      const ignored: string[] = [];
      for (const path of leaves(values)) {
        const rendered = await renderChart(release, changed(values, path));
        if (JSON.stringify(rendered) === JSON.stringify(manifests)) ignored.push(path.join("."));
      }
      expect(ignored).toEqual([]);
    });
  },
);

interface Pool {
  readonly nodes: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly string[];
}

function poolOf(type: string, attributes: TerraformJson): readonly Pool[] {
  const taintsOf = (taints: TerraformJson[] = []): string[] =>
    taints.map(({ key, value }) => `${key as string}=${value as string}`);
  if (type === "google_container_node_pool") {
    const { labels, taint } = attributes.node_config;
    return [{ nodes: attributes.node_count, labels, taints: taintsOf(taint) }];
  }
  if (type === "aws_eks_node_group") {
    const { labels, taint, scaling_config } = attributes;
    return [{ nodes: scaling_config.min_size, labels, taints: taintsOf(taint) }];
  }
  return [];
}

describe.each(["gke", "eks"])("Coder on %s by digest", (architecture) => {
  const digest = `sha256:${"5a".repeat(32)}`;
  const releaseOf = async (environment: Partial<typeof RUN>): Promise<TerraformJson> =>
    (await synthesize({ architecture, size: "100", ...environment })).resources.find(
      ({ type, attributes }) => type === "helm_release" && attributes.chart === "coder",
    )!.attributes;

  test("differs in its image only, which has the same version", async () => {
    const [byTag, byDigest] = await Promise.all([releaseOf({}), releaseOf({ coderImageDigest: digest })]);
    const tag = `v${resolveSize(architecture, "100").figures.coder.version}`;
    expect(byDigest.values[0]).toContain(`"${tag}@${digest}"`);
    expect({ ...byDigest, values: [byDigest.values[0].replaceAll(`@${digest}`, "")] }).toEqual(byTag);
  });

  test.skipIf(skipped !== undefined)("is what the chart makes of it", async () => {
    const release = await releaseOf({ coderImageDigest: digest });
    const { image } = deploymentOfManifests(await renderChart(release, JSON.parse(release.values[0])));
    expect(image).toMatch(new RegExp(`^ghcr\\.io/coder/coder:v[\\d.]+@${digest}$`));
  });
});
