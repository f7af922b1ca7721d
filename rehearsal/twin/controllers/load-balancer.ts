import type { TwinItem } from "../../inventory/item.ts";
import { templateHash } from "../values/template.ts";
import type { Balanced } from "./balanced.ts";
import { controllerItem } from "./controller-item.ts";
import { networkBalancerItems } from "./network-balancer.ts";

const INTERNAL = ["networking.gke.io/load-balancer-type", "cloud.google.com/load-balancer-type"];

/**
 * Returns the items that a cluster's controllers make in the cloud for a Service of type LoadBalancer. No Terraform
 * state knows them.
 */
export function loadBalancerItems(balanced: Balanced): TwinItem[] {
  return balanced.cluster.kind === "aws_eks_cluster" ? networkBalancerItems(balanced) : googleItems(balanced);
}

/** GKE's have no labels. */
function googleItems({ service, cluster, annotations, address, isLocal, runId }: Balanced): TwinItem[] {
  const [project = "", zone = ""] = cluster.scope.split("/");
  const region = `${project}/${zone.replace(/-[a-z]$/, "")}`;
  const networks = cluster.uses.filter((key) => key.startsWith("google_compute_network--"));
  const subnetworks = cluster.uses.filter((key) => key.startsWith("google_compute_subnetwork--"));
  const isInternal = INTERNAL.some((name) => annotations[name]?.toLowerCase() === "internal");
  const balancer = `a${templateHash(`${service.key} ${service.createdAt}`).toString("hex").slice(0, 31)}`;
  const nodes = `k8s-${templateHash(cluster.key).toString("hex").slice(0, 16)}-node`;
  const make = (kind: string, scope: string, name: string, uses: readonly string[]): TwinItem =>
    controllerItem(
      { kind, scope, name },
      {
        owner: service.key,
        uses: [...uses],
        ...(runId !== undefined && { runId }),
        attributes: { cluster: cluster.key, network: networks[0], address },
      },
    );
  // The health check then asks nodes for the Service itself, through a separate port and rule.
  const [check, checkRule] = isLocal ? [balancer, `${balancer}-hc`] : [nodes, `${nodes}-hc`];
  const health = make("google_compute_health_check", project, check, []);
  const backend = isInternal
    ? make("google_compute_region_backend_service", region, balancer, [...networks, health.key])
    : make("google_compute_target_pool", region, balancer, [health.key]);
  return [
    health,
    backend,
    // Only an internal rule has an address of the subnetwork.
    make("google_compute_forwarding_rule", region, balancer, [
      ...(isInternal ? [...networks, ...subnetworks] : []),
      backend.key,
    ]),
    make("google_compute_firewall", project, `k8s-fw-${balancer}`, networks),
    make("google_compute_firewall", project, checkRule, networks),
  ];
}
