/**
 * Names that a cluster gives: `gke-…` its machines and their firewall rules, `pvc-…` a volume's disk, `k8s…` and
 * `a<uid>` what a Service or an Ingress needs; `a<uid>-hc` lets the health checks of a Service through whose traffic stays
 * on the nodes of its pods.
 */
const BY_CONTROLLER = /^(gke-|gk3-|pvc-|k8s\d?-|a[0-9a-f]{31}(-hc)?$)/;

/** What outlives its cluster when that goes first; machines do not. */
const ORPHANED = /^(pvc-|k8s\d?-|a[0-9a-f]{31}(-hc)?$)/;

/** Whether a controller in a cluster made a thing, by the name that it gave. */
export function isMadeByGoogleController(name: string): boolean {
  return BY_CONTROLLER.test(name);
}

/** Whether a thing is one of those that go while their cluster lives, and stay when it goes first. */
export function mayBeOrphan(name: string): boolean {
  return ORPHANED.test(name);
}

/**
 * The part of a balancer's names that stands for its cluster: `k8s2-tcp-<mark>-coder-coder-x1y2` and
 * `k8s2-<mark>-l4-shared-hc` have the same one, and only the first has a link to a network.
 */
export function clusterMark(name: string): string | undefined {
  return /^k8s\d?-(?:(?:tcp|udp|um|tp|ts|fr|fs|be|ssl|ig|cr)-)?([0-9a-f]{16}|[0-9a-z]{8})-/.exec(name)?.[1];
}
