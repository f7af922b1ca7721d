import { z } from "zod";
import type { CallKubernetes } from "../../../kubernetes/api.ts";
import type { Listing } from "../../../model/ports/listing.ts";
import { listOf } from "../list-kind.ts";
import { parseQuantity } from "../../../kubernetes/quantity.ts";

/** What pods request, or a node offers. */
export interface Amount {
  /** Thousandths of a core. */
  readonly cpuMillis: number;
  readonly memoryMib: number;
}

/** A node, as its cluster reports it. */
export interface NodeState {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Why no pod of ours can be scheduled on it, in words; absent if it can. */
  readonly unusable?: string;
  readonly allocatable: Amount & { readonly pods: number };
  readonly capacity: Amount;
  readonly kubelet: string;
  readonly runtime: string;
  readonly kernel: string;
  readonly osImage: string;
  /** Names of the images that it has already; kubelets report 50 at most. */
  readonly images: readonly string[];
}

/** A pod that has not ended. */
export interface PodState {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Absent until it is scheduled. */
  readonly node?: string;
  readonly requests: Amount;
}

export type ClusterState =
  | { readonly state: "read"; readonly nodes: readonly NodeState[]; readonly pods: readonly PodState[] }
  | { readonly state: "failed"; readonly reason: string };

const resources = z.object({ cpu: z.string().optional(), memory: z.string().optional() });
const withPods = resources.extend({ pods: z.string().optional() });
const node = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.object({
    unschedulable: z.boolean().optional(),
    taints: z
      .array(z.object({ key: z.string(), value: z.string().optional(), effect: z.string() }))
      .optional(),
  }),
  status: z.object({
    allocatable: withPods,
    capacity: withPods,
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
    nodeInfo: z.object({
      kubeletVersion: z.string(),
      containerRuntimeVersion: z.string(),
      kernelVersion: z.string(),
      osImage: z.string(),
    }),
    images: z.array(z.object({ names: z.array(z.string()).nullish() })).nullish(),
  }),
});
const container = z.object({
  restartPolicy: z.string().optional(),
  resources: z.object({ requests: resources.optional() }).optional(),
});
const pod = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.object({
    nodeName: z.string().optional(),
    overhead: resources.optional(),
    containers: z.array(container),
    initContainers: z.array(container).optional(),
  }),
});

/** Reads the nodes of a cluster, and all pods that have not ended. */
export async function readClusterState(call: CallKubernetes, signal: AbortSignal): Promise<ClusterState> {
  const nodes = await readNodes(call, signal);
  if (nodes.state === "failed") return { state: "failed", reason: `list nodes: ${nodes.reason}` };
  const fieldSelector = "status.phase!=Succeeded,status.phase!=Failed";
  const question = { path: "/api/v1/pods", listKind: "PodList", fieldSelector };
  const pods = await listOf(call, question, { item: pod, signal });
  if (pods.state === "failed") return { state: "failed", reason: `list pods: ${pods.reason}` };
  return { state: "read", nodes: nodes.items, pods: pods.items.map(podOf) };
}

/** Reads the nodes of a cluster. */
export async function readNodes(call: CallKubernetes, signal: AbortSignal): Promise<Listing<NodeState>> {
  const nodes = await listOf(call, { path: "/api/v1/nodes", listKind: "NodeList" }, { item: node, signal });
  if (nodes.state === "failed") return { ...nodes, partial: nodes.partial.map(nodeOf) };
  return { ...nodes, items: nodes.items.map(nodeOf) };
}

/** Whether a node has all of these labels. */
export function isSelected({ labels }: NodeState, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function nodeOf({ metadata, spec, status }: z.infer<typeof node>): NodeState {
  const unusable = whyUnusable(spec, status);
  const { kubeletVersion, containerRuntimeVersion, kernelVersion, osImage } = status.nodeInfo;
  return {
    name: metadata.name,
    uid: metadata.uid,
    labels: metadata.labels ?? {},
    ...(unusable === undefined ? {} : { unusable }),
    allocatable: { ...amountOf(status.allocatable), pods: parseQuantity(status.allocatable.pods ?? "") ?? 0 },
    capacity: amountOf(status.capacity),
    kubelet: kubeletVersion,
    runtime: containerRuntimeVersion,
    kernel: kernelVersion,
    osImage,
    images: (status.images ?? []).flatMap(({ names }) => names ?? []),
  };
}

function whyUnusable(
  { unschedulable = false, taints = [] }: z.infer<typeof node>["spec"],
  { conditions = [] }: z.infer<typeof node>["status"],
): string | undefined {
  const ready = conditions.find(({ type }) => type === "Ready")?.status;
  if (ready !== "True") return "it is not ready";
  if (unschedulable) return "it is cordoned";
  const taint = taints.find(({ effect }) => effect === "NoSchedule" || effect === "NoExecute");
  if (taint === undefined) return undefined;
  const value = taint.value === undefined ? "" : `=${taint.value}`;
  return `it has the taint ${taint.key}${value}:${taint.effect}`;
}

function podOf({ metadata, spec }: z.infer<typeof pod>): PodState {
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    labels: metadata.labels ?? {},
    ...(spec.nodeName === undefined ? {} : { node: spec.nodeName }),
    requests: requestsOf(spec),
  };
}

/**
 * What the scheduler reserves for a pod: its containers and sidecars, or the largest of its init containers if that is
 * more. https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
 */
function requestsOf({ containers, initContainers = [], overhead = {} }: z.infer<typeof pod>["spec"]): Amount {
  let [running, peak]: [Amount, Amount] = [NOTHING, NOTHING];
  for (const one of initContainers) {
    const request = amountOf(one.resources?.requests ?? {});
    if (one.restartPolicy === "Always") running = add(running, request);
    else peak = larger(peak, add(running, request));
  }
  for (const one of containers) running = add(running, amountOf(one.resources?.requests ?? {}));
  return add(larger(running, peak), amountOf(overhead));
}

const NOTHING: Amount = { cpuMillis: 0, memoryMib: 0 };

export function add(one: Amount, other: Amount): Amount {
  return {
    cpuMillis: one.cpuMillis + other.cpuMillis,
    memoryMib: one.memoryMib + other.memoryMib,
  };
}

/** Adds amounts up. */
export function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce(add, NOTHING);
}

function larger(one: Amount, other: Amount): Amount {
  return {
    cpuMillis: Math.max(one.cpuMillis, other.cpuMillis),
    memoryMib: Math.max(one.memoryMib, other.memoryMib),
  };
}

/** An amount as objects write it. */
export function amountOf({ cpu = "0", memory = "0" }: z.infer<typeof resources>): Amount {
  return {
    cpuMillis: Math.round((parseQuantity(cpu) ?? 0) * 1_000),
    memoryMib: Math.round((parseQuantity(memory) ?? 0) / 2 ** 20),
  };
}

/** An amount in words: `1500m CPU and 2048 MiB`. */
export function amountWords({ cpuMillis, memoryMib }: Amount): string {
  return `${cpuMillis}m CPU and ${memoryMib} MiB`;
}
