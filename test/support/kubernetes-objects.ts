import type { Synthesized, TerraformJson } from "../stacks/synthesize.ts";

/** An object as Kubernetes' API takes it. */
export interface KubernetesManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  namespace: "v1",
  secret: "v1",
  service: "v1",
  config_map: "v1",
  service_account: "v1",
  role: "rbac.authorization.k8s.io/v1",
  role_binding: "rbac.authorization.k8s.io/v1",
  deployment: "apps/v1",
  stateful_set: "apps/v1",
};

/** What tells Terraform's provider how to apply, and is in no object. */
const OF_TERRAFORM = new Set([
  "//",
  "depends_on",
  "timeouts",
  "lifecycle",
  "wait_for_rollout",
  "data_wo_revision",
]);
/** Maps whose keys are the user's. */
const VERBATIM = new Set([
  "labels",
  "annotations",
  "match_labels",
  "selector",
  "node_selector",
  "requests",
  "limits",
]);
/** Names that differ: blocks of which Kubernetes has a list. */
const PLURAL: Readonly<Record<string, string>> = {
  container: "containers",
  init_container: "initContainers",
  port: "ports",
  rule: "rules",
  subject: "subjects",
  toleration: "tolerations",
  volume: "volumes",
  volume_claim_template: "volumeClaimTemplates",
  volume_mount: "volumeMounts",
  cluster_ip: "clusterIP",
  data_wo: "stringData",
};
/** Blocks in which a field has the block's name too. */
const BLOCKS = new Set(["port"]);
/** Blocks of which Terraform has a list and Kubernetes one. */
const SINGLE = new Set(["label_selector", "persistent_volume_claim_retention_policy"]);
/** Numbers that Terraform keeps as text. */
const NUMBERS = new Set(["replicas", "run_as_user", "run_as_group", "fs_group"]);

/**
 * Returns the objects that Terraform's kubernetes provider would create of synthesized resources. References to other
 * resources' names are followed; any other interpolation becomes the text "later".
 */
export function kubernetesObjects(resources: readonly Synthesized[]): readonly KubernetesManifest[] {
  const found = resources.filter(({ type }) => type.startsWith("kubernetes_"));
  const resolve = (text: string): string =>
    text.replace(/\$\{([^}]*)\}/g, (_whole, expression: string) => {
      const [, type, id] = /^(kubernetes_\w+)\.([\w-]+)\.metadata\[0\]\.name$/.exec(expression) ?? [];
      const named = found.find((one) => one.type === type && one.id === id);
      return named === undefined ? "later" : String(named.attributes.metadata.name);
    });
  return found.map(({ type, attributes }) => {
    const kind = type.replace(/^kubernetes_/, "").replace(/_v1$/, "");
    const apiVersion = API_VERSIONS[kind];
    if (apiVersion === undefined) throw new Error(`the API version of ${type} is not known here`);
    return { apiVersion, kind: capital(camel(kind)), ...convert(attributes, resolve) } as KubernetesManifest;
  });
}

function convert(value: TerraformJson, resolve: (text: string) => string): TerraformJson {
  if (typeof value === "string") return resolve(value);
  if (Array.isArray(value)) return value.map((one) => convert(one, resolve));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, TerraformJson>)
      .filter(([name]) => !OF_TERRAFORM.has(name))
      .map(([name, inner]) => {
        const isSelector = name === "selector" && inner.match_labels !== undefined;
        if (VERBATIM.has(name) && !isSelector) return [camel(name), inner];
        const converted = convert(SINGLE.has(name) ? inner[0] : inner, resolve);
        const renamed = Array.isArray(inner) || !BLOCKS.has(name) ? PLURAL[name] : undefined;
        return [renamed ?? camel(name), NUMBERS.has(name) ? Number(converted) : converted];
      }),
  );
}

function camel(name: string): string {
  return name.replace(/_(\w)/g, (_whole, letter: string) => letter.toUpperCase());
}

function capital(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
