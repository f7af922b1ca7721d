import { z } from "zod";

const condition = z.object({ type: z.string(), status: z.string(), message: z.string().optional() });

/** The parts of a Kubernetes object that are used. */
export const kubernetesObject = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
    finalizers: z.array(z.string()).optional(),
    ownerReferences: z.array(z.object({ kind: z.string() })).optional(),
  }),
  spec: z
    .object({
      type: z.string().optional(),
      /** The claim of a volume. */
      claimRef: z.object({ namespace: z.string().optional() }).optional(),
      persistentVolumeReclaimPolicy: z.string().optional(),
    })
    .optional(),
  status: z
    .object({
      phase: z.string().optional(),
      message: z.string().optional(),
      conditions: z.array(condition).nullish(),
    })
    .optional(),
});
export type KubernetesObject = z.infer<typeof kubernetesObject>;

export interface KubernetesKind {
  /** The kind as a Terraform type. */
  readonly kind: string;
  /** The `kind` of a list's answer. */
  readonly listKind: string;
  /** Base of the API group. */
  readonly api: string;
  /** Plural, as in paths. */
  readonly resource: string;
  /** Whether a cloud creates something outside the cluster for objects of this kind, such as a disk. */
  readonly hasCloudResources: boolean;
  /** Whether an object counts. @default every object */
  readonly counts?: (object: KubernetesObject) => boolean;
}

const CORE = "/api/v1";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

/**
 * Kinds that a run can leave in a cluster, in deletion order: users of a resource before the resource. A namespace
 * comes first: its controller deletes everything in it at the same time.
 */
export const KUBERNETES_KINDS_LISTED: readonly KubernetesKind[] = [
  {
    kind: "kubernetes_namespace_v1",
    listKind: "NamespaceList",
    api: CORE,
    resource: "namespaces",
    hasCloudResources: false,
  },
  {
    kind: "kubernetes_ingress_v1",
    listKind: "IngressList",
    api: "/apis/networking.k8s.io/v1",
    resource: "ingresses",
    hasCloudResources: true,
  },
  {
    kind: "kubernetes_service_v1",
    listKind: "ServiceList",
    api: CORE,
    resource: "services",
    hasCloudResources: true,
    // A former load balancer keeps its controller's finalizer until the balancer is gone.
    counts: ({ metadata, spec }) =>
      spec?.type === "LoadBalancer" ||
      (metadata.finalizers ?? []).some((one) => one.includes("load-balancer")),
  },
  {
    kind: "kubernetes_persistent_volume_claim_v1",
    listKind: "PersistentVolumeClaimList",
    api: CORE,
    resource: "persistentvolumeclaims",
    hasCloudResources: true,
  },
  {
    kind: "kubernetes_persistent_volume_v1",
    listKind: "PersistentVolumeList",
    api: CORE,
    resource: "persistentvolumes",
    hasCloudResources: true,
  },
  {
    kind: "kubernetes_storage_class_v1",
    listKind: "StorageClassList",
    api: "/apis/storage.k8s.io/v1",
    resource: "storageclasses",
    hasCloudResources: false,
  },
  {
    kind: "kubernetes_cluster_role_binding_v1",
    listKind: "ClusterRoleBindingList",
    api: RBAC,
    resource: "clusterrolebindings",
    hasCloudResources: false,
  },
  {
    kind: "kubernetes_cluster_role_v1",
    listKind: "ClusterRoleList",
    api: RBAC,
    resource: "clusterroles",
    hasCloudResources: false,
  },
];

export const NAMESPACE_KIND = "kubernetes_namespace_v1";

export const KUBERNETES_KINDS: readonly string[] = KUBERNETES_KINDS_LISTED.map(({ kind }) => kind);
