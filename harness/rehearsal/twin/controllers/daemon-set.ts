import type { Cloud } from "../cloud/cloud.ts";
import { hashOf } from "../plugin/template.ts";
import type { Values } from "../plugin/value.ts";
import { valueAt } from "../plugin/walk.ts";
import { controllerItem } from "./controller-item.ts";
import type { Accepted, Settled } from "./controllers.ts";
import { nodesWith } from "./nodes.ts";

/** One pod on each node that the template selects; none is no error, as in Kubernetes. */
export async function settleDaemonSet({ store }: Cloud, { asked, item, state }: Accepted): Promise<Settled> {
  const { cluster } = asked;
  if (cluster === undefined) return { state, item: {} };
  const selector = (valueAt(state, "spec.0.template.0.spec.0.node_selector") ?? {}) as Values;
  const nodes = await nodesWith(store, cluster, selector);
  await store.putMany(
    nodes.map((node) =>
      controllerItem(
        {
          kind: "kubernetes_pod",
          scope: item.scope,
          name: `${item.name}-${hashOf(`${item.key} ${node}`).toString("hex").slice(0, 5)}`,
        },
        {
          owner: item.key,
          parent: item.parent ?? cluster.key,
          ...(item.runId === undefined ? {} : { runId: item.runId }),
          attributes: { node, image: valueAt(state, "spec.0.template.0.spec.0.container.0.image") },
        },
      ),
    ),
  );
  return { state, item: {} };
}
