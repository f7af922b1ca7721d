import type { Thing } from "./cloud.ts";

/** A stack of the simulated environment: what it makes, in order, and what controllers make for that. */
export interface SimulatedStack {
  readonly name: string;
  readonly dependencies: readonly string[];
  readonly things: readonly Thing[];
  readonly byControllers: readonly Thing[];
}

/** Small, with each relation that makes a teardown hard: use, containment, and a controller's own things. */
export const STACKS: readonly SimulatedStack[] = [
  {
    name: "gke-cloud",
    dependencies: [],
    things: [
      { id: "network", kind: "google_compute_network" },
      { id: "subnetwork", kind: "google_compute_subnetwork", uses: ["network"] },
      { id: "router", kind: "google_compute_router", uses: ["network"] },
      { id: "database", kind: "google_sql_database_instance", uses: ["network"] },
      { id: "cluster", kind: "google_container_cluster", uses: ["subnetwork"] },
      { id: "pool", kind: "google_container_node_pool", parent: "cluster" },
    ],
    byControllers: [],
  },
  {
    name: "gke-coder",
    dependencies: ["gke-cloud"],
    things: [
      { id: "namespace", kind: "kubernetes_namespace", parent: "cluster" },
      { id: "secret", kind: "kubernetes_secret", parent: "namespace" },
      { id: "service", kind: "kubernetes_service", parent: "namespace" },
      { id: "release", kind: "helm_release", parent: "namespace" },
    ],
    byControllers: [
      {
        id: "forwarding-rule",
        kind: "google_compute_forwarding_rule",
        owner: "service",
        uses: ["subnetwork"],
      },
      { id: "k8s-firewall", kind: "google_compute_firewall", owner: "service", uses: ["network"] },
    ],
  },
];

/** What one workspace is made of. */
export function workspaceThings(index: number): readonly Thing[] {
  const labels = { "bench-managed": "coder" };
  return [
    { id: `claim-${index}`, kind: "kubernetes_persistent_volume_claim", parent: "cluster", labels },
    { id: `disk-${index}`, kind: "google_compute_disk", owner: `claim-${index}`, labels },
    { id: `pod-${index}`, kind: "kubernetes_pod", parent: "cluster", labels },
  ];
}

/** The stack that a folder is of. */
export function stackOf(directory: string): SimulatedStack {
  return STACKS.find(({ name }) => directory.endsWith(name))!;
}
