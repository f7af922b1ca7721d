import { CloudError } from "../cloud/cloud-error.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { templateHash } from "../values/template.ts";
import type { Values } from "../values/value.ts";
import { valueAt } from "../values/walk.ts";
import { controllerItem } from "./controller-item.ts";
import type { Settled, Accepted } from "./settled.ts";
import { nodesWith } from "./nodes.ts";

const POD = "spec.0.template.0.spec.0";
const APART = `${POD}.affinity.0.pod_anti_affinity.0.required_during_scheduling_ignored_during_execution.0`;

/** The pods of a Deployment on the nodes that its template selects: one on each where they must be apart. */
export async function settleDeployment({ store }: Cloud, { asked, item, state }: Accepted): Promise<Settled> {
  const { cluster } = asked;
  if (cluster === undefined) return { state, item: {} };
  const selector = (valueAt(state, `${POD}.node_selector`) ?? {}) as Values;
  const nodes = await nodesWith(store, cluster, selector);
  const replicas = Number(valueAt(state, "spec.0.replicas") ?? 1);
  const isApart = valueAt(state, APART) !== undefined;
  const room = isApart || nodes.length === 0 ? nodes.length : replicas;
  const pods = Array.from({ length: Math.min(replicas, room) }, (_, index) =>
    controllerItem(
      {
        kind: "kubernetes_pod",
        scope: item.scope,
        name: `${item.name}-${templateHash(`${item.key} ${index}`).toString("hex").slice(0, 10)}`,
      },
      {
        owner: item.key,
        parent: item.parent ?? cluster.key,
        ...(item.runId === undefined ? {} : { runId: item.runId }),
        attributes: { node: nodes[index % nodes.length] },
      },
    ),
  );
  await store.putMany(pods);
  if (pods.length === replicas) return { state, item: {} };
  return {
    state,
    item: {},
    never: rolloutFailure(state, `Unschedulable: ${pods.length} nodes for ${replicas} pods`),
  };
}

/**
 * Returns the provider's error when the pods of a Deployment are not ready at its progress deadline, a value of its
 * state.
 */
export function rolloutFailure(state: Values, why: string): NonNullable<Settled["never"]> {
  const deadline = valueAt(state, "spec.0.progress_deadline_seconds");
  return {
    seconds: typeof deadline === "number" ? deadline : 600,
    error: new CloudError("Deployment exceeded its progress deadline", {
      detail: `The twin saw why: ${why}`,
      created: true,
    }),
  };
}
