/**
 * Names that a cluster creates: `gke-…` for its machines and their firewall rules, `pvc-…` for a volume's disk,
 * `k8s…` and `a<uid>` for a Service or an Ingress, `a<uid>-hc` for the health checks of a Service whose traffic stays
 * on the nodes of its pods.
 */
const BY_CONTROLLER = /^(gke-|gk3-|pvc-|k8s\d?-|a[0-9a-f]{31}(-hc)?$)/;

/** Names of resources that outlive a cluster that is deleted before them. Machines do not. */
const ORPHANED = /^(pvc-|k8s\d?-|a[0-9a-f]{31}(-hc)?$)/;

/** Whether a controller in a cluster created a resource, by its name. */
export function isMadeByGoogleController(name: string): boolean {
  return BY_CONTROLLER.test(name);
}

/** Whether a resource is deleted while its cluster exists, and remains if the cluster is deleted first. */
export function mayBeOrphan(name: string): boolean {
  return ORPHANED.test(name);
}

/**
 * The part of a load balancer's names that identifies its cluster: `k8s2-tcp-<mark>-coder-coder-x1y2` and
 * `k8s2-<mark>-l4-shared-hc` have the same one, and only the first has a link to a network.
 */
export function clusterMark(name: string): string | undefined {
  return /^k8s\d?-(?:(?:tcp|udp|um|tp|ts|fr|fs|be|ssl|ig|cr)-)?([0-9a-f]{16}|[0-9a-z]{8})-/.exec(name)?.[1];
}
