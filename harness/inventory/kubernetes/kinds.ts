import { z } from "zod";

/** The parts of a Kubernetes object that are used. */
export const kubernetesObject = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
    finalizers: z.array(z.string()).optional(),
  }),
  spec: z.object({ type: z.string().optional() }).loose().optional(),
});
export type KubernetesObject = z.infer<typeof kubernetesObject>;

export interface KubernetesKind {
  readonly kind: string;
  /** Base of the API group. */
  readonly api: string;
  /** Plural, as in paths. */
  readonly resource: string;
  /** Whether a controller creates something outside the cluster for this object. */
  readonly counts: (object: KubernetesObject) => boolean;
}

/** Kinds for which a cloud creates something, in deletion order: users of a resource before the resource. */
export const KUBERNETES_KINDS_LISTED: readonly KubernetesKind[] = [
  {
    kind: "kubernetes_ingress_v1",
    api: "/apis/networking.k8s.io/v1",
    resource: "ingresses",
    counts: () => true,
  },
  {
    kind: "kubernetes_service_v1",
    api: "/api/v1",
    resource: "services",
    // A former load balancer keeps its controller's finalizer until the balancer is gone.
    counts: ({ metadata, spec }) =>
      spec?.type === "LoadBalancer" ||
      (metadata.finalizers ?? []).some((one) => one.includes("load-balancer")),
  },
  {
    kind: "kubernetes_persistent_volume_claim_v1",
    api: "/api/v1",
    resource: "persistentvolumeclaims",
    counts: () => true,
  },
  {
    kind: "kubernetes_persistent_volume_v1",
    api: "/api/v1",
    resource: "persistentvolumes",
    counts: () => true,
  },
];

export const KUBERNETES_KINDS: readonly string[] = KUBERNETES_KINDS_LISTED.map(({ kind }) => kind);
