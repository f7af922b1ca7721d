import { tokenAccess } from "../../../../../harness/kubernetes/access.ts";
import { kubernetesApi } from "../../../../../harness/kubernetes/api.ts";
import { sharedClusterInventory } from "../../../../../harness/inventory/kubernetes/shared/inventory.ts";
import type { KubernetesContext } from "../../../../../harness/inventory/preflight/kubernetes/context.ts";
import { kubernetesOwnerMarker } from "../../../../../harness/inventory/sweep/owner-marker/kubernetes.ts";
import { kubectlFor } from "../../../../../harness/inventory/sweep/owner-marker/kubernetes.ts";
import { getArchitecture, resolveSize } from "../../../../../reference-architectures/catalogue.ts";
import type { Size } from "../../../../../reference-architectures/architecture.ts";
import { fakeClock } from "../../../../support/fake-clock.ts";
import { FakeKubernetes } from "../../../../support/fake-kubernetes.ts";

export const CLUSTER = "60d72339-4d93-434c-9e35-0bc39404dd13";

/** A node with as much as is given. */
export function node(
  name: string,
  { cpu = "4", memory = "16Gi", pods = "110", ...more }: Readonly<Record<string, unknown>> = {},
): Parameters<FakeKubernetes["put"]>[3] {
  return {
    metadata: { name, uid: `uid-${name}`, labels: { "kubernetes.io/arch": "amd64" } },
    spec: {},
    status: {
      allocatable: { cpu, memory, pods },
      capacity: { cpu, memory, pods },
      conditions: [{ type: "Ready", status: "True" }],
      nodeInfo: {
        kubeletVersion: "v1.34.4",
        containerRuntimeVersion: "containerd://1.7.24",
        kernelVersion: "6.1.0",
        osImage: "Debian 12",
      },
      images: [],
      ...more,
    },
  };
}

/** A pod on a node that requests so much. */
export function podOn(
  nodeName: string,
  name: string,
  requests: object,
): Parameters<FakeKubernetes["put"]>[3] {
  return { metadata: { name }, spec: { nodeName, containers: [{ resources: { requests } }] } };
}

/** A cluster in which every check of a small size passes. */
export async function readyCluster(
  change: Partial<KubernetesContext> = {},
  figures: Partial<Size> = {},
): Promise<AsyncDisposable & { readonly api: FakeKubernetes; readonly context: KubernetesContext }> {
  const api = new FakeKubernetes();
  const server = await api.start();
  const clock = fakeClock();
  const always = { status: 200, left: Number.POSITIVE_INFINITY };
  const headers = { date: new Date(clock.now()).toUTCString() };
  api.mishaps.push(
    { ...always, match: "GET /readyz", body: "ok" },
    {
      ...always,
      ...{ match: "GET /version", headers, body: { major: "1", minor: "34+", gitVersion: "v1.34.4" } },
    },
  );
  api.put("/api/v1", undefined, "namespaces", { metadata: { name: "kube-system", uid: CLUSTER } });
  api.put("/api/v1", undefined, "namespaces", {
    metadata: { name: "refbench", labels: { refbench: "allowed" } },
  });
  api.put("/api/v1", undefined, "nodes", node("node-1"));
  api.put("/apis/storage.k8s.io/v1", undefined, "storageclasses", {
    metadata: { name: "fast", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    ...{ provisioner: "disks.example.com", reclaimPolicy: "Delete" },
  });
  const access = tokenAccess({ server, token: () => Promise.resolve("a-token") });
  const call = kubernetesApi(access, clock);
  const cluster = { kubeconfig: "/home/ada/.kube/config", context: "lab", server };
  const size = resolveSize("gke", "canary");
  const context: KubernetesContext = {
    architecture: { ...getArchitecture("gke"), carriedBy: "own-cluster", cloud: "kubernetes" },
    size: { ...size, figures: { ...size.figures, ...SMALL, ...figures } },
    project: CLUSTER,
    clock,
    neededMs: 3 * 3_600_000,
    terraform: () => Promise.resolve({ version: "1.11.0", path: "/usr/bin/terraform" }),
    missingTools: () => Promise.resolve([]),
    inventory: sharedClusterInventory({ access, clock, cluster: "lab" }),
    sweepCommand: "refbench sweep --context lab",
    web: ({ url }) => Promise.reject(new Error(`${url} is not reachable`)),
    kubectl: kubectlFor(cluster),
    cluster,
    choice: {},
    access: { ...access, renews: true },
    call,
    marker: kubernetesOwnerMarker(call, cluster),
    parts: 1,
    ...change,
  };
  return { api, context, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
}

const GKE = resolveSize("gke", "canary").figures;

/** A size for one node of four cores. */
const SMALL: Partial<Size> = {
  database: { ...GKE.database, kind: "in-cluster", tier: "db-500m-1024Mi", version: "POSTGRES_16" },
  coder: { ...GKE.coder, replicas: 1, cpuMillis: 1_000, memoryGib: 2 },
  workspacePod: { ...GKE.workspacePod, cpuMillis: 50, memoryMib: 128 },
  workspaces: 12,
  homeVolumeGib: 1,
  generatorPod: { cpuMillis: 500, memoryMib: 512 },
};
