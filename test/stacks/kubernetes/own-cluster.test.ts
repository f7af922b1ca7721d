import { beforeAll, describe, expect, test } from "vitest";
import { architectures, resolveSize } from "../../../reference-architectures/catalogue.ts";
import { requestsOf } from "../../../reference-architectures/capacity/own-cluster.ts";
import { ephemeralVariables, UNSET_SECRET } from "../../../stacks/secrets.ts";
import { UNLABELLED } from "../../../stacks/unlabelled.ts";
import type { Environment, OwnCluster } from "../../../stacks/environment.ts";
import { labelPlaces } from "../label-places.ts";
import {
  OWN_CLUSTER,
  RUN,
  secretVariables,
  type Synthesis,
  synthesize,
  type Synthesized,
  type TerraformJson,
} from "../synthesize.ts";

const PREFIX = "bench-5t6w4y1z0abc";
const NAMESPACES = [`${PREFIX}-coder`, `${PREFIX}-load`, `${PREFIX}-workspaces`];
const PLACE = { region: "own-cluster", zone: "own-cluster" };

function synthesizeOwn(environment: Partial<Environment> = {}): Promise<Synthesis> {
  return synthesize({ architecture: "kubernetes", size: "canary", ...PLACE, ...environment });
}

function ofType({ resources }: Synthesis, type: string): readonly TerraformJson[] {
  return resources.filter((resource) => resource.type === type).map(({ attributes }) => attributes);
}

function onlyOf(synthesis: Synthesis, type: string): TerraformJson {
  const found = ofType(synthesis, type);
  expect(found).toHaveLength(1);
  return found[0];
}

function chosen(choice: Partial<OwnCluster>): Promise<Synthesis> {
  return synthesizeOwn({ ownCluster: { ...OWN_CLUSTER, ...choice } });
}

/** The release of Coder itself, beside that of external provisioners. */
function coderRelease(synthesis: Synthesis): TerraformJson {
  const found = ofType(synthesis, "helm_release").filter(({ name }) => /-coder(-b)?$/.test(name as string));
  expect(found).toHaveLength(1);
  return found[0];
}

const coderValues = (synthesis: Synthesis): TerraformJson =>
  JSON.parse(coderRelease(synthesis).values[0]).coder;

const CASES = Object.keys(architectures.get("kubernetes")!.sizes).flatMap((size) =>
  ["in-cluster", "external"].map((kind) => ({ size, kind })),
);

describe.each(CASES)("size $size on $kind", ({ size: sizeName, kind }) => {
  const overrides = { "database.kind": kind };
  const { figures: size } = resolveSize("kubernetes", sizeName, overrides);
  const labels = {
    "bench-run": RUN.runId,
    "bench-env": "kubernetes",
    "bench-owner": "ada",
    "bench-expires": "1795999999",
    "bench-managed": "cdktf",
  };
  let synthesis: Synthesis;
  beforeAll(async () => {
    synthesis = await synthesizeOwn({ size: sizeName, overrides });
  });

  test("everything that can have labels has the run's, pods and claims of templates too", () => {
    for (const resource of synthesis.resources) {
      const places = labelPlaces(resource);
      const handle = UNLABELLED[resource.type];
      expect([resource.type, places.length > 0]).toEqual([resource.type, handle === undefined]);
      for (const { path, value } of places)
        expect([path, value]).toEqual([path, expect.objectContaining(labels)]);
      if (handle?.by === "name") expect(resource.attributes[handle.attribute]).toContain(PREFIX);
    }
  });

  test("everything is in namespaces that the run names, and nothing belongs to the whole cluster", () => {
    const names = ofType(synthesis, "kubernetes_namespace_v1").map(({ metadata }) => metadata.name);
    expect(names.toSorted()).toEqual(NAMESPACES);
    for (const { type, attributes } of synthesis.resources) {
      if (type === "kubernetes_namespace_v1") continue;
      const namespace: string = attributes.namespace ?? attributes.metadata.namespace;
      expect([type, namespace]).toEqual([type, expect.stringMatching(/kubernetes_namespace_v1/)]);
    }
  });

  test("its requests are those that the size promises to the cluster", () => {
    const [coder, ...others] = requestsOf(size);
    expect(coder).toMatchObject({ role: "coder", pods: size.coder.replicas, apart: true });
    const each = { cpu: `${coder!.cpuMillis}m`, memory: `${coder!.memoryMib / 1_024}Gi` };
    expect(coderValues(synthesis).resources).toEqual({ requests: each, limits: each });
    const database = others.find(({ role }) => role === "database");
    const sets = ofType(synthesis, "kubernetes_stateful_set_v1");
    expect(sets).toHaveLength(kind === "in-cluster" ? 1 : 0);
    for (const { spec } of sets) {
      const { cpuMillis, memoryMib } = database!;
      const share = { cpu: `${cpuMillis}m`, memory: `${memoryMib}Mi` };
      expect(spec.template.spec.container[0].resources).toEqual({ requests: share, limits: share });
      const claim = spec.volume_claim_template[0].spec.resources.requests;
      expect(claim).toEqual({ storage: `${size.database.diskGib}Gi` });
    }
  });

  test("secrets are in write-only attributes only, and their variables have a placeholder", () => {
    const [stack, content] = Object.entries(synthesis.stacks)[0]!;
    const names = ephemeralVariables(stack, { architecture: "kubernetes", size: sizeName, overrides });
    const external = size.provisioners === "external";
    expect(Object.keys(content.variable)).toEqual([
      ...names,
      ...(external ? ["provisioner_key", "provisioners"] : []),
    ]);
    expect(names).toEqual([kind === "external" ? "database_url" : "db_password"]);
    for (const variable of secretVariables(content))
      expect(variable).toMatchObject({ ephemeral: true, sensitive: true, default: UNSET_SECRET });
    const users = synthesis.resources.filter(({ attributes }) =>
      JSON.stringify({ ...attributes, count: undefined }).includes("var."),
    );
    expect(users.map(({ id, type }: Synthesized) => [type, id]).toSorted()).toEqual(
      [
        "database-url",
        ...(external ? ["external-provisioners_key"] : []),
        ...(kind === "external" ? [] : ["postgres_password"]),
      ].map((id) => ["kubernetes_secret_v1", id]),
    );
    for (const { attributes } of users)
      expect(JSON.stringify({ ...attributes, data_wo: undefined, count: undefined })).not.toContain("var.");
  });

  test("Postgres allows Coder's connections and a fifth more, and answers before Coder starts", () => {
    if (kind === "external") return;
    const set = onlyOf(synthesis, "kubernetes_stateful_set_v1");
    const { args, image, readiness_probe } = set.spec.template.spec.container[0];
    const connections = Number(args.find((one: string) => one.startsWith("max_connections=")).split("=")[1]);
    expect(connections).toBeGreaterThanOrEqual(1.2 * size.coder.replicas * size.coder.databaseConnections);
    expect(image).toMatch(/^docker\.io\/library\/postgres:16\.\d+-bookworm$/);
    // By address: the image's set-up server listens on a socket only.
    expect(readiness_probe.exec.command).toContain("--host=127.0.0.1");
    expect(set.wait_for_rollout).toBe(true);
    expect(coderRelease(synthesis).depends_on).toContain("kubernetes_stateful_set_v1.postgres_server");
  });
});

test("the providers use exactly the named context, and no other access", async () => {
  const { stacks } = await synthesizeOwn();
  const { kubernetes, helm } = stacks["kubernetes-coder"].provider;
  const named = { config_path: OWN_CLUSTER.kubeconfig, config_context: OWN_CLUSTER.context };
  expect(kubernetes).toEqual([named]);
  expect(helm).toEqual([{ kubernetes: named }]);
});

test("Coder has no address outside of its cluster, which callers reach by the Service's own", async () => {
  const synthesis = await synthesizeOwn();
  expect(coderValues(synthesis).service).toEqual({ type: "ClusterIP", sessionAffinity: "None" });
  const { output } = synthesis.stacks["kubernetes-coder"];
  expect(output.coder_url.value).toContain("spec[0].cluster_ip");
  expect(output.load_namespace.value).toContain("load");
  expect(output.cluster.value).toBe(OWN_CLUSTER.context);
});

test("no class of disks is made: Postgres and homes have the user's, or the cluster's default", async () => {
  const [usual, fast] = await Promise.all([synthesizeOwn(), chosen({ storageClass: "fast" })]);
  const claimOf = (synthesis: Synthesis): TerraformJson =>
    onlyOf(synthesis, "kubernetes_stateful_set_v1").spec.volume_claim_template[0].spec;
  const homeOf = ({ stacks }: Synthesis): TerraformJson =>
    stacks["kubernetes-coder"].output.template_variables.value.storage_class;
  expect([claimOf(usual).storage_class_name, homeOf(usual)]).toEqual([undefined, ""]);
  expect([claimOf(fast).storage_class_name, homeOf(fast)]).toEqual(["fast", "fast"]);
  expect(ofType(fast, "kubernetes_storage_class_v1")).toEqual([]);
});

test("a node selector is that of every pod, and no taint or label of nodes is expected", async () => {
  const selector = { "kubernetes.io/arch": "amd64", pool: "bench" };
  const synthesis = await chosen({ nodeSelector: selector, workspaceNodes: 7 });
  const { nodeSelector, tolerations } = coderValues(synthesis);
  expect([nodeSelector, tolerations]).toEqual([selector, []]);
  const pull = onlyOf(synthesis, "kubernetes_deployment_v1").spec;
  expect([pull.replicas, pull.template.spec.node_selector, pull.template.spec.toleration]).toEqual([
    "7",
    selector,
    [],
  ]);
  const postgres = onlyOf(synthesis, "kubernetes_stateful_set_v1").spec.template.spec;
  expect(postgres.node_selector).toEqual(selector);
  const { value } = synthesis.stacks["kubernetes-coder"].output.template_variables;
  expect(value.node_selector).toBe("kubernetes.io/arch=amd64,pool=bench");
});

test("images and chart of the user's own are those of every pod", async () => {
  const images = {
    coder: "registry.internal/coder@sha256:" + "0".repeat(64),
    postgres: "registry.internal/postgres:16",
    workspace: "registry.internal/workspace:1",
  };
  const synthesis = await chosen({ images, chart: "/charts/coder" });
  const { image, initContainers } = coderValues(synthesis);
  expect(`${image.repo}:${image.tag}`).toBe(images.coder);
  expect(initContainers[0].image).toBe(images.coder);
  const postgres = onlyOf(synthesis, "kubernetes_stateful_set_v1").spec.template.spec.container[0];
  const pull = onlyOf(synthesis, "kubernetes_deployment_v1").spec.template.spec.container[0];
  const { value } = synthesis.stacks["kubernetes-coder"].output.template_variables;
  expect([postgres.image, pull.image, value.image]).toEqual([
    images.postgres,
    images.workspace,
    images.workspace,
  ]);
  const { chart, repository, version } = onlyOf(synthesis, "helm_release");
  expect([chart, repository, version]).toEqual(["/charts/coder", undefined, undefined]);
});

test.each([
  [undefined, "coder", "2."],
  ["https://charts.internal/coder.tgz", "https://charts.internal/coder.tgz", undefined],
  ["oci://charts.internal/coder", "oci://charts.internal/coder", "2."],
])("the chart %s is asked for by version where its place has several", async (given, chart, version) => {
  const release = onlyOf(await chosen(given === undefined ? {} : { chart: given }), "helm_release");
  expect(release.chart).toBe(chart);
  expect(release.version).toEqual(version === undefined ? undefined : expect.stringContaining(version));
});
