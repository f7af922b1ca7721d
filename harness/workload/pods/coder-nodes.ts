import { z } from "zod";
import type { JobCluster } from "./cluster.ts";
import { CODER_LABEL } from "./manifests.ts";
import { isEnding, podList } from "./pod.ts";

const nodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
      spec: z.object({
        unschedulable: z.boolean().optional(),
        taints: z.array(z.object({ effect: z.string() })).optional(),
      }),
    }),
  ),
});

/** The nodes on which Coder runs now, by the label of its chart; undefined where the caller may not ask. */
export async function findCoderNodes(
  { call }: Pick<JobCluster, "call">,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const answer = await call(
    "GET",
    `/api/v1/pods?limit=500&labelSelector=${encodeURIComponent(CODER_LABEL)}`,
    signal,
  );
  const pods = answer.state === "ok" ? podList.safeParse(answer.body).data?.items : undefined;
  return pods && new Set(pods.filter((one) => !isEnding(one)).flatMap(({ spec }) => spec?.nodeName ?? []));
}

/** Whether the pods can stay off Coder's machines: some other node takes pods. */
export async function canStayApart(
  cluster: Pick<JobCluster, "call">,
  nodeSelector: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  const taken = await findCoderNodes(cluster, signal);
  if (taken === undefined || taken.size === 0) return false;
  const answer = await cluster.call("GET", "/api/v1/nodes?limit=500", signal);
  const nodes = answer.state === "ok" ? nodeList.safeParse(answer.body).data?.items : undefined;
  return (
    nodes?.some(
      ({ metadata, spec }) =>
        !taken.has(metadata.name) &&
        spec.unschedulable !== true &&
        spec.taints?.some(({ effect }) => effect !== "PreferNoSchedule") !== true &&
        Object.entries(nodeSelector).every(([key, value]) => metadata.labels?.[key] === value),
    ) ?? false
  );
}
