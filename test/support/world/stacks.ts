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

/** A deployment in a simulated world. */
export interface SimulatedEnvironment {
  readonly stacks: readonly SimulatedStack[];
  /** Id of the thing through which Coder answers. */
  readonly coder: string;
  /** Returns what one workspace is made of, in order. */
  workspaceThings(index: number): readonly Thing[];
  /** How many workspaces a load leaves to the drain. */
  readonly leftByLoad: "one" | "all";
  /** How long the cloud takes for one thing of a stack, for one of a workspace, and for one delete of a sweep. */
  readonly pace: { readonly thingMs: number; readonly workspaceThingMs: number; readonly removeMs: number };
}

/** Returns the things that form one workspace. */
function workspaceThings(index: number): readonly Thing[] {
  const labels = { "bench-managed": "coder" };
  return [
    { id: `claim-${index}`, kind: "kubernetes_persistent_volume_claim", parent: "cluster", labels },
    { id: `disk-${index}`, kind: "google_compute_disk", owner: `claim-${index}`, labels },
    { id: `pod-${index}`, kind: "kubernetes_pod", parent: "cluster", labels },
  ];
}

/** An environment that makes its teardown hard, and takes its time. */
export const HARD_ENVIRONMENT: SimulatedEnvironment = {
  stacks: STACKS,
  coder: "release",
  workspaceThings,
  leftByLoad: "one",
  pace: { thingMs: 250, workspaceThingMs: 50, removeMs: 20 },
};

const NETWORK = "gke-cloud/google_compute_network";

/** Three resources without time or relations but one, and workspaces that the cloud does not show. */
export const SMALL_ENVIRONMENT: SimulatedEnvironment = {
  stacks: [
    {
      name: "gke-cloud",
      dependencies: [],
      things: [
        { id: NETWORK, kind: "google_compute_network" },
        { id: "gke-cloud/google_container_cluster", kind: "google_container_cluster", uses: [NETWORK] },
      ],
      byControllers: [],
    },
    {
      name: "gke-coder",
      dependencies: ["gke-cloud"],
      things: [{ id: "gke-coder/helm_release", kind: "helm_release", uses: [NETWORK] }],
      byControllers: [],
    },
  ],
  coder: "gke-coder/helm_release",
  workspaceThings: () => [],
  leftByLoad: "all",
  pace: { thingMs: 0, workspaceThingMs: 0, removeMs: 0 },
};
