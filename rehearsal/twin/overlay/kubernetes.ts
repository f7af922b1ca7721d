import { ANSWERED, KUBERNETES_SECONDS } from "../../../reference-architectures/durations/kubernetes.ts";
import type { Reference, TypeOverlay } from "../values/overlay.ts";

const namespace: Reference = {
  at: "metadata.0.namespace",
  kind: "kubernetes_namespace",
  scope: "{cluster}",
  parent: true,
};
const secretSchema = {
  sensitive: ["binary_data", "data"],
  writeOnly: ["binary_data_wo", "data_wo"],
} as const;
const meta = {
  "metadata.*.generation": 1,
  "metadata.*.resource_version": "1",
  "metadata.*.uid": "{hash}-0000-4000-8000-000000000000",
};
const metaDefaults = { "metadata.*.namespace": "default" };

const namespaced = (kind: string, plural: string): TypeOverlay => ({
  kind,
  name: "{metadata.0.name}",
  scope: "{cluster}/{metadata.0.namespace}",
  path: `${plural} "{metadata.0.name}"`,
  id: "{metadata.0.namespace}/{metadata.0.name}",
  forceNew: ["metadata.0.name", "metadata.0.namespace"],
  defaults: metaDefaults,
  computed: meta,
  labels: "metadata.0.labels",
  references: [namespace],
  seconds: ANSWERED,
});

const clusterWide = (kind: string, plural: string): TypeOverlay => ({
  kind,
  name: "{metadata.0.name}",
  scope: "{cluster}",
  path: `${plural} "{metadata.0.name}"`,
  id: "{metadata.0.name}",
  forceNew: ["metadata.0.name"],
  computed: meta,
  labels: "metadata.0.labels",
  seconds: ANSWERED,
});

const secret: TypeOverlay = {
  ...namespaced("kubernetes_secret", "secrets"),
  schema: secretSchema,
  forceNew: ["metadata.0.name", "metadata.0.namespace", "type", "immutable"],
  defaults: { ...metaDefaults, type: "Opaque", wait_for_service_account_token: true },
};
const kubernetesNamespace: TypeOverlay = {
  ...clusterWide("kubernetes_namespace", "namespaces"),
  defaults: { wait_for_default_service_account: false },
  seconds: KUBERNETES_SECONDS.kubernetes_namespace,
};

/** Kubernetes' types. */
export const KUBERNETES: Readonly<Record<string, TypeOverlay>> = {
  kubernetes_namespace: kubernetesNamespace,
  kubernetes_namespace_v1: kubernetesNamespace,
  kubernetes_secret: secret,
  kubernetes_secret_v1: secret,
  kubernetes_config_map_v1: namespaced("kubernetes_config_map", "configmaps"),
  kubernetes_deployment_v1: {
    ...namespaced("kubernetes_deployment", "deployments.apps"),
    schema: { version: 1 },
    forceNew: ["metadata.0.name", "metadata.0.namespace", "spec.0.selector"],
    defaults: {
      ...metaDefaults,
      wait_for_rollout: true,
      "spec.*.min_ready_seconds": 0,
      "spec.*.paused": false,
      "spec.*.progress_deadline_seconds": 600,
      "spec.*.revision_history_limit": 10,
    },
    seconds: KUBERNETES_SECONDS.kubernetes_deployment_v1,
  },
  kubernetes_limit_range_v1: namespaced("kubernetes_limit_range", "limitranges"),
  kubernetes_resource_quota_v1: namespaced("kubernetes_resource_quota", "resourcequotas"),
  kubernetes_role_v1: namespaced("kubernetes_role", "roles.rbac.authorization.k8s.io"),
  kubernetes_role_binding_v1: namespaced("kubernetes_role_binding", "rolebindings.rbac.authorization.k8s.io"),
  kubernetes_service_account_v1: {
    ...namespaced("kubernetes_service_account", "serviceaccounts"),
    defaults: { ...metaDefaults, automount_service_account_token: true },
  },
  kubernetes_persistent_volume_claim_v1: {
    ...namespaced("kubernetes_persistent_volume_claim", "persistentvolumeclaims"),
    forceNew: ["metadata.0.name", "metadata.0.namespace", "spec"],
    defaults: { ...metaDefaults, wait_until_bound: true },
    computed: { ...meta, "spec.*.volume_name": "pvc-{hash}", "spec.*.storage_class_name": "standard-rwo" },
    seconds: KUBERNETES_SECONDS.kubernetes_persistent_volume_claim_v1,
  },
  kubernetes_service_v1: {
    ...namespaced("kubernetes_service", "services"),
    schema: { version: 1 },
    defaults: {
      ...metaDefaults,
      wait_for_load_balancer: true,
      "spec.*.type": "ClusterIP",
      "spec.*.session_affinity": "None",
      "spec.*.port.*.protocol": "TCP",
    },
    computed: { ...meta, "spec.*.cluster_ip": "{ip}", "spec.*.cluster_ips": ["{ip}"] },
    seconds: KUBERNETES_SECONDS.kubernetes_service_v1,
  },
  kubernetes_stateful_set_v1: {
    ...namespaced("kubernetes_stateful_set", "statefulsets.apps"),
    schema: { version: 1 },
    forceNew: [
      "metadata.0.name",
      "metadata.0.namespace",
      "spec.0.selector",
      "spec.0.service_name",
      "spec.0.volume_claim_template",
    ],
    defaults: { ...metaDefaults, wait_for_rollout: true },
    seconds: KUBERNETES_SECONDS.kubernetes_stateful_set_v1,
  },
  kubernetes_storage_class_v1: {
    ...clusterWide("kubernetes_storage_class", "storageclasses.storage.k8s.io"),
    forceNew: [
      "metadata.0.name",
      "storage_provisioner",
      "parameters",
      "reclaim_policy",
      "volume_binding_mode",
    ],
    defaults: { reclaim_policy: "Delete", volume_binding_mode: "Immediate", allow_volume_expansion: true },
  },
};
