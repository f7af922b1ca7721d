import { seenIn } from "../../../../harness/model/ports/listing.ts";
import type { GoogleInventoryOptions } from "../../../../harness/inventory/google/inventory.ts";
import { googleInventory } from "../../../../harness/inventory/google/inventory.ts";
import { tokenAuth } from "../../../../harness/inventory/google/auth.ts";
import type { Inventory, InventoryAnswer } from "../../../../harness/model/ports/inventory.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { MockGoogle } from "../../../../rehearsal/google-api/mock-google.ts";

export const RUN = "01kb3v9x2m7q8r5t6w4y1z0abc";
export const OTHER_RUN = "01kb3v9x2m7q8r5t6w4y1z0xyz";
export const NAME = "bench-5t6w4y1z0abc";
export const OTHER_NAME = "bench-5t6w4y1z0xyz";
export const ZONE = "zones/us-central1-a";
export const REGION = "regions/us-central1";
export const LABELS = {
  "bench-run": RUN,
  "bench-env": "gke",
  "bench-owner": "ada",
  "bench-expires": "1795999999",
  "bench-managed": "cdktf",
};
export const signal = new AbortController().signal;

/** The link that a resource's field has to another one. */
export function link(path: string): string {
  return `https://www.googleapis.com/compute/v1/${path}`;
}

/** An empty project with the inventory that asks it. */
export async function project(
  options: Partial<GoogleInventoryOptions> = {},
): Promise<
  AsyncDisposable & { google: MockGoogle; inventory: Inventory; clock: ReturnType<typeof fakeClock> }
> {
  const clock = fakeClock();
  const google = new MockGoogle({ clock });
  const endpoints = await google.start();
  const inventory = googleInventory({
    project: "some-project",
    auth: tokenAuth("a-token"),
    endpoints,
    clock,
    ...options,
  });
  return { google, inventory, clock, [Symbol.asyncDispose]: () => google[Symbol.asyncDispose]() };
}

export function names(answer: InventoryAnswer): readonly string[] {
  return seenIn(answer)
    .map(({ kind, name }) => `${kind} ${name}`)
    .sort();
}

/** A GKE run as its stacks and the controllers in its cluster leave it. */
export function plantRun(google: MockGoogle): void {
  const network = link(google.put("global", "networks", { name: `${NAME}-net` }));
  const subnetwork = link(google.put(REGION, "subnetworks", { name: `${NAME}-subnet`, network }));
  google.put(REGION, "routers", { name: `${NAME}-router`, network });
  google.put(
    "locations/us-central1-a",
    "clusters",
    { name: `${NAME}-gke`, location: "us-central1-a", resourceLabels: LABELS },
    "container",
  );
  google.put(
    "",
    "instances",
    { name: `${NAME}-db`, region: "us-central1", settings: { userLabels: LABELS } },
    "sql",
  );
  google.put(
    "",
    "serviceAccounts",
    {
      name: `${NAME}-nodes@some-project.iam.gserviceaccount.com`,
      email: `${NAME}-nodes@some-project.iam.gserviceaccount.com`,
    },
    "iam",
  );
  const node = google.put(ZONE, "instances", {
    name: "gke-bench-5t6w4y1z0-coder-7f3a",
    labels: { "goog-k8s-cluster-name": `${NAME}-gke` },
    networkInterfaces: [{ network, subnetwork }],
  });
  google.put(ZONE, "disks", {
    name: "pvc-2f1c",
    description: `{"kubernetes.io/created-for/pvc/name":"${NAME}-aaaa-home"}`,
  });
  google.put("global", "firewalls", { name: "gke-bench-5t6w4y1z0-all", network });
  google.put("global", "firewalls", { name: "k8s2-ab12cd34-l4-shared-hc-fw", network });
  const group = google.put(ZONE, "instanceGroups", { name: "k8s-ig--ab12cd34", network });
  const health = google.put("global", "healthChecks", { name: "k8s2-ab12cd34-l4-shared-hc" });
  const backend = google.put(REGION, "backendServices", {
    name: "k8s2-ab12cd34-coder-coder-x1y2",
    healthChecks: [link(health)],
    backends: [{ group: link(group) }],
  });
  google.put(REGION, "forwardingRules", {
    name: "k8s2-tcp-ab12cd34-coder-coder-x1y2",
    network,
    subnetwork,
    backendService: link(backend),
  });
  google.put(REGION, "targetPools", { name: "a0123456789abcdef0123456789abcde", instances: [link(node)] });
  google.policy["bindings"] = [
    {
      role: "roles/container.defaultNodeServiceAccount",
      members: [`serviceAccount:${NAME}-nodes@some-project.iam.gserviceaccount.com`, "user:ada@example.com"],
    },
  ];
}

/** Resources of somebody else in the same project. */
export function plantOthers(google: MockGoogle): void {
  const network = link(google.put("global", "networks", { name: "default" }));
  google.put("global", "firewalls", { name: "default-allow-ssh", network });
  google.put("global", "firewalls", { name: "k8s-fw-of-somebody", network });
  google.put(ZONE, "instances", { name: "mybench-5t6w4y1z0abc", networkInterfaces: [{ network }] });
  google.put(ZONE, "disks", {
    name: "data",
    users: [link(`projects/some-project/${ZONE}/instances/${NAME}-vm`)],
  });
  google.put("", "instances", { name: "production", settings: {} }, "sql");
}
