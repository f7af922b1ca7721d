/** Rights that a run needs in a cluster of the user's own, as rules of a ClusterRole. */
export interface Right {
  /** Empty for the core group, `*` for every group. */
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly why: string;
}

const MAKE = ["create", "delete", "get", "patch", "update", "watch"];

/**
 * The rights of a run, from its preflight to its audit. They hold in every namespace, because a run's namespaces do not
 * exist before it and RBAC cannot name them by a prefix. `docs/own-cluster.md` has them as a ClusterRole.
 */
export const RIGHTS: readonly Right[] = [
  {
    group: "*",
    resources: ["*"],
    verbs: ["list"],
    why: "the inventory lists every kind, because a kind that it may not list could hold something of the run; it reads no contents, only names and labels",
  },
  {
    group: "",
    resources: ["namespaces"],
    verbs: ["create", "delete", "get", "patch", "update"],
    why: "the run's namespaces, and the owner's marker",
  },
  {
    group: "",
    resources: ["configmaps", "persistentvolumeclaims", "pods", "secrets", "serviceaccounts", "services"],
    verbs: MAKE,
    why: "Postgres, Coder and the Job in the run's namespaces; Coder's role over workspaces may only be granted by who has it",
  },
  {
    group: "",
    resources: ["pods/exec"],
    verbs: ["create", "get"],
    why: "the workers in the Job's pods are reached over exec",
  },
  { group: "", resources: ["pods/log"], verbs: ["get"], why: "the reason why a pod failed" },
  {
    group: "",
    resources: ["persistentvolumes"],
    verbs: ["delete", "get", "patch"],
    why: "volumes that stay after their claim",
  },
  { group: "", resources: ["nodes"], verbs: ["get"], why: "the nodes that the row names" },
  {
    group: "apps",
    resources: ["daemonsets", "deployments", "replicasets", "statefulsets"],
    verbs: MAKE,
    why: "Postgres, Coder, and the pods that pull the workspace image",
  },
  { group: "batch", resources: ["jobs"], verbs: MAKE, why: "the Job that generates the load" },
  {
    group: "rbac.authorization.k8s.io",
    resources: ["rolebindings", "roles"],
    verbs: MAKE,
    why: "Coder's role over workspaces",
  },
  {
    group: "storage.k8s.io",
    resources: ["storageclasses"],
    verbs: ["get"],
    why: "the class of the disks",
  },
];

/**
 * Rights without which a run works and its record lacks figures. They are separate, because `get` on `nodes/proxy`
 * reaches everything that a kubelet serves, programs in containers among them.
 * https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
 */
export const OBSERVING_RIGHTS: readonly Right[] = [
  {
    group: "",
    resources: ["nodes/proxy"],
    verbs: ["get"],
    why: "CPU, memory and throttling of containers, Terraform's CPU, and the use of nodes",
  },
  {
    group: "",
    resources: ["pods/proxy"],
    verbs: ["get"],
    why: "metrics and profiles of each replica of coderd",
  },
];
