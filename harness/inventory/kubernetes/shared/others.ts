import { z } from "zod";
import type { CallKubernetes } from "../../../kubernetes/api.ts";
import { findNamedRun } from "../../../model/cloud/run-mark.ts";
import type { ClusterSight, LookAtOthers } from "../../../model/ports/cluster-sight.ts";
import type { OthersOnNode, UsedNode } from "../../../model/record/shared-cluster.ts";
import { run12, type RunId } from "../../../model/run-id.ts";
import { listOf } from "../list-kind.ts";
import {
  type Amount,
  amountOf,
  type NodeState,
  type PodState,
  readClusterState,
  sum,
} from "./cluster-state.ts";

/** Every pod of Coder's chart has it. */
const CODER = { label: "app.kubernetes.io/name", value: "coder" } as const;

export interface LookOptions {
  readonly call: CallKubernetes;
  readonly runId: RunId;
  /** Labels of the nodes that the run may use. */
  readonly nodeSelector: Readonly<Record<string, string>>;
}

/** Looks at the nodes that a run may use, and at what others run on them. */
export function lookAtOthers({ call, runId, nodeSelector }: LookOptions): LookAtOthers {
  return async (signal): Promise<ClusterSight> => {
    const state = await readClusterState(call, signal);
    if (state.state === "failed") return state;
    const nodes = state.nodes.filter(({ labels }) =>
      Object.entries(nodeSelector).every(([key, value]) => labels[key] === value),
    );
    const use = await readUse(call, signal);
    const others = nodes.map(({ name }): OthersOnNode => {
      const here = state.pods.filter(({ node }) => node === name);
      const isOwn = ({ namespace }: PodState): boolean => findNamedRun(namespace) === run12(runId);
      const pods = here.filter((one) => !isOwn(one));
      const used = use.state === "read" ? use.nodes.get(name) : undefined;
      return {
        node: name,
        pods: pods.length,
        ...sum(pods.map(({ requests }) => requests)),
        ...(used === undefined ? {} : { used }),
        coder: here.some((one) => isOwn(one) && one.labels[CODER.label] === CODER.value),
      };
    });
    return {
      state: "read",
      nodes: nodes.map(usedNode),
      others,
      ...(use.state === "read" ? {} : { useUnseen: use.reason }),
    };
  };
}

const metrics = z.object({
  metadata: z.object({ name: z.string() }),
  usage: z.object({ cpu: z.string(), memory: z.string() }),
});

/** Reads what each node uses, where metrics.k8s.io answers: many clusters do not measure it. */
async function readUse(
  call: CallKubernetes,
  signal: AbortSignal,
): Promise<
  | { readonly state: "read"; readonly nodes: ReadonlyMap<string, Amount> }
  | { readonly state: "unseen"; readonly reason: string }
> {
  const path = "/apis/metrics.k8s.io/v1beta1/nodes";
  const listing = await listOf(call, { path }, { item: metrics, signal });
  if (listing.state === "failed")
    return {
      state: "unseen",
      reason: listing.reason.startsWith("gone:") ? "the cluster has no metrics.k8s.io" : listing.reason,
    };
  return {
    state: "read",
    nodes: new Map(listing.items.map(({ metadata, usage }) => [metadata.name, amountOf(usage)])),
  };
}

function usedNode({ name, labels, allocatable, kubelet, runtime, kernel }: NodeState): UsedNode {
  const { cpuMillis, memoryMib } = allocatable;
  return { name, cpu: processorOf(labels), cpuMillis, memoryMib, kubelet, runtime, kernel };
}

/** Labels of node-feature-discovery. */
const MODEL = "feature.node.kubernetes.io/cpu-model";

/**
 * The processor by labels: those of node-feature-discovery, or the machine type that a cloud writes. The API has none.
 * https://kubernetes-sigs.github.io/node-feature-discovery/stable/usage/features.html#cpu
 */
function processorOf(labels: Readonly<Record<string, string>>): string {
  const [vendor, family, id] = ["vendor_id", "family", "id"].map((part) => labels[`${MODEL}.${part}`]);
  if (vendor !== undefined && family !== undefined && id !== undefined)
    return `${vendor} family ${family} model ${id}`;
  const type = labels["node.kubernetes.io/instance-type"];
  return type === undefined || type === "" ? "unknown" : `the processor of ${type}`;
}
