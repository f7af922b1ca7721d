import { z } from "zod";
import { countOf } from "../../tools/count-text.ts";

const count = z.number().int().nonnegative();

/** A node that a run could use, as its cluster describes it. */
export const usedNode = z.object({
  name: z.string(),
  /** Model of the processor; `unknown` where neither a label nor a pod of the load on this node says it. */
  cpu: z.string(),
  /** Allocatable thousandths of a core, and MiB. */
  cpuMillis: count,
  memoryMib: count,
  kubelet: z.string(),
  runtime: z.string(),
  kernel: z.string(),
});
export type UsedNode = z.infer<typeof usedNode>;

/** What pods of others request and use on one node. */
export const othersOnNode = z.object({
  node: z.string(),
  pods: count,
  cpuMillis: count,
  memoryMib: count,
  /** What all pods on the node use, the run's included; absent where the cluster does not measure it. */
  used: z.object({ cpuMillis: count, memoryMib: count }).optional(),
  /** Whether a pod of the run's Coder is on the node; absent in older records. */
  coder: z.boolean().optional(),
});
export type OthersOnNode = z.infer<typeof othersOnNode>;

/** One look at a cluster that others use too. */
export const clusterLook = z.object({
  at: z.iso.datetime(),
  when: z.enum(["before provision", "before the load", "after the load"]),
  others: z.array(othersOnNode),
  /** Why no use was seen. */
  useUnseen: z.string().optional(),
});
export type ClusterLook = z.infer<typeof clusterLook>;

/** A cluster of the user's own: its nodes, and what else ran there. */
export const sharedCluster = z.object({
  nodes: z.array(usedNode),
  looks: z.array(clusterLook),
  /** Looks that failed, with why. */
  problems: z.array(z.string()),
});
export type SharedCluster = z.infer<typeof sharedCluster>;

/** The nodes of a row in words, equal ones together: `3 × AMD EPYC 9B14, 4000m CPU, 16384 MiB`. */
export function nodeWords(nodes: readonly UsedNode[]): string {
  const kinds = new Map<string, number>();
  for (const { cpu, cpuMillis, memoryMib } of nodes) {
    const words = `${cpu === "unknown" ? "unknown processor" : cpu}, ${cpuMillis}m CPU, ${memoryMib} MiB`;
    kinds.set(words, (kinds.get(words) ?? 0) + 1);
  }
  return [...kinds].map(([words, number]) => `${number} × ${words}`).join("; ");
}

/** What else ran on the cluster, one sentence for each look. */
export function othersWords({ looks, problems }: SharedCluster): readonly string[] {
  return [
    ...looks.map(({ when, others, useUnseen }) => {
      const sum = (of: (one: OthersOnNode) => number): number =>
        others.reduce((all, one) => all + of(one), 0);
      const pods = countOf(
        sum((one) => one.pods),
        "pod",
      );
      const requests = `others request ${sum((one) => one.cpuMillis)}m CPU and ${sum((one) => one.memoryMib)} MiB in ${pods}`;
      const used = others.flatMap((one) => one.used ?? []);
      const use =
        used.length === others.length && used.length > 0
          ? `; all pods use ${used.reduce((all, one) => all + one.cpuMillis, 0)}m CPU and ${used.reduce((all, one) => all + one.memoryMib, 0)} MiB`
          : `; their use was not seen${useUnseen === undefined ? "" : `: ${useUnseen}`}`;
      return `cluster, ${when}: ${requests}${use}`;
    }),
    ...problems.map((problem) => `cluster: what else runs on it is not known ${problem}`),
  ];
}

/** The nodes on which the run's Coder was at the looks around its load; undefined if there is no such look. */
export function coderNodes({ looks }: SharedCluster): ReadonlySet<string> | undefined {
  const seen = looks.filter(
    ({ when, others }) => when !== "before provision" && others.some(({ coder }) => coder !== undefined),
  );
  if (seen.length === 0) return undefined;
  return new Set(
    seen.flatMap(({ others }) => others.flatMap(({ node, coder }) => (coder === true ? node : []))),
  );
}

/** The platform of a run in such a cluster. Figures of other nodes or versions are never one series. */
export function clusterPlatform({ nodes }: SharedCluster): Readonly<Record<string, string>> {
  const all = (of: (node: UsedNode) => string): string => [...new Set(nodes.map(of))].sort().join(" and ");
  return nodes.length === 0
    ? {}
    : {
        kubernetes: all(({ kubelet }) => kubelet),
        nodes: nodeWords(nodes),
        containerRuntime: all(({ runtime }) => runtime),
        kernel: all(({ kernel }) => kernel),
      };
}
