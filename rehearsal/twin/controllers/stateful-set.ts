import type { TwinItem } from "../../inventory/item.ts";
import type { Values } from "../values/value.ts";
import { valueAt, valuesAt } from "../values/walk.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { controllerItem } from "./controller-item.ts";
import type { Accepted, Settled } from "./settled.ts";

/** The pods of a StatefulSet, each with a claim of every template, and the claim's volume. */
export async function settleStatefulSet(
  { store }: Cloud,
  { asked, item, state }: Accepted,
): Promise<Settled> {
  const { cluster } = asked;
  if (cluster === undefined) return { state, item: {} };
  const replicas = Number(valueAt(state, "spec.0.replicas") ?? 1);
  const templates = valuesAt(state, "spec.0.volume_claim_template.*.metadata.0") as readonly Values[];
  const run = item.runId === undefined ? {} : { runId: item.runId };
  const made = Array.from({ length: replicas }, (_, index) => `${item.name}-${index}`).flatMap(
    (pod): readonly TwinItem[] => [
      controllerItem(
        { kind: "kubernetes_pod", scope: item.scope, name: pod },
        { owner: item.key, parent: item.parent ?? cluster.key, ...run },
      ),
      ...templates.flatMap((template) => {
        const labels = (template["labels"] ?? {}) as Record<string, string>;
        const claim = controllerItem(
          {
            kind: "kubernetes_persistent_volume_claim",
            scope: item.scope,
            name: `${String(template["name"])}-${pod}`,
          },
          { labels, owner: item.key, parent: item.parent ?? cluster.key, ...run },
        );
        const volume = controllerItem(
          {
            kind: "kubernetes_persistent_volume",
            scope: cluster.name,
            name: `pvc-${claim.name}-${item.scope.split("/")[1] ?? ""}`,
          },
          { owner: claim.key, ...run },
        );
        return [claim, volume];
      }),
    ],
  );
  await store.putMany(made);
  return { state, item: {} };
}
