import { z } from "zod";
import type { CallKubernetes } from "../../kubernetes/api.ts";
import type { Listing } from "../../model/ports/listing.ts";
import { PageWatch } from "../../tools/page-watch.ts";

/** The parts of a node that are used. */
const node = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  spec: z
    .object({
      unschedulable: z.boolean().optional(),
      taints: z.array(z.object({ key: z.string(), effect: z.string() })).optional(),
    })
    .optional(),
  status: z
    .object({
      allocatable: z.record(z.string(), z.string()).optional(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
    })
    .optional(),
});
export type KubernetesNode = z.infer<typeof node>;

const page = z.object({
  kind: z.literal("NodeList"),
  metadata: z.object({ continue: z.string().optional() }),
  items: z.array(node),
});

/** Lists the nodes of a cluster that have all of these labels. */
export async function listNodes(
  call: CallKubernetes,
  selector: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Listing<KubernetesNode>> {
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const found: KubernetesNode[] = [];
  const failed = (reason: string): Listing<KubernetesNode> => ({ state: "failed", reason, partial: found });
  const pages = new PageWatch();
  for (let next = ""; ;) {
    const query = new URLSearchParams({
      limit: "500",
      ...(labelSelector === "" ? {} : { labelSelector }),
      ...(next === "" ? {} : { continue: next }),
    });
    const answer = await call("GET", `/api/v1/nodes?${query.toString()}`, signal);
    if (answer.state !== "ok") return failed(`${answer.state}: ${answer.reason}`);
    const parsed = page.safeParse(answer.body);
    if (!parsed.success) return failed(`the answer is not a list of nodes: ${z.prettifyError(parsed.error)}`);
    found.push(...parsed.data.items);
    next = parsed.data.metadata.continue ?? "";
    if (next === "") return { state: "complete", items: found };
    const endless = pages.next(next);
    if (endless !== undefined) return failed(endless);
  }
}

/** Taints that keep a pod without tolerations away. */
const KEEPS_AWAY: ReadonlySet<string> = new Set(["NoSchedule", "NoExecute"]);

/** Whether a node is ready and accepts pods without tolerations, as those of a run are. */
export function acceptsPods({ spec, status }: KubernetesNode): boolean {
  const isReady = status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
  const isTainted = spec?.taints?.some(({ effect }) => KEEPS_AWAY.has(effect));
  return isReady === true && spec?.unschedulable !== true && isTainted !== true;
}
