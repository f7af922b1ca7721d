import { findItemRun } from "../cloud/item-run.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { valueAt } from "../values/walk.ts";
import { itemKey } from "../../inventory/key.ts";
import { OWN_CLUSTER } from "../../inventory/own-cluster.ts";
import type { Settled, Accepted } from "./settled.ts";
import { controllerItem } from "./controller-item.ts";

/** A volume claim that Terraform made: the disk behind it, with the labels that its storage class gives. */
export async function settleVolumeClaim(
  { store }: Cloud,
  { asked, item, state }: Accepted,
): Promise<Settled> {
  const { cluster } = asked;
  if (cluster === undefined) return { state, item: {} };
  const storageClass = await store.get(
    itemKey("kubernetes_storage_class", cluster.name, String(valueAt(state, "spec.0.storage_class_name"))),
  );
  const parameters = (storageClass?.attributes?.["parameters"] ?? {}) as Record<string, string>;
  const runId = findItemRun(item) ?? findItemRun(cluster);
  const isAws = cluster.kind === "aws_eks_cluster";
  const isOwn = cluster.kind === OWN_CLUSTER;
  await store.put(
    controllerItem(
      {
        kind: isOwn ? "kubernetes_persistent_volume" : isAws ? "aws_ebs_volume" : "google_compute_disk",
        scope: isOwn ? cluster.name : cluster.scope,
        name: String(valueAt(state, "spec.0.volume_name")),
      },
      {
        owner: item.key,
        labels: labelsOf(isAws ? tagsIn(parameters) : (parameters["labels"] ?? "")),
        ...(runId !== undefined && { runId }),
        attributes: { cluster: cluster.key },
      },
    ),
  );
  return { state, item: {} };
}

/** `tagSpecification_1`, `tagSpecification_2`, …, each `a=b`, as AWS's driver takes them. */
function tagsIn(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .filter(([name]) => name.startsWith("tagSpecification_"))
    .map(([, pair]) => pair)
    .join(",");
}

/** Parses `a=b,c=d`, the format of the disk driver's `labels` parameter. */
function labelsOf(parameter: string): Record<string, string> {
  return Object.fromEntries(
    parameter
      .split(",")
      .filter((pair) => pair.includes("="))
      .map((pair) => [pair.slice(0, pair.indexOf("=")).trim(), pair.slice(pair.indexOf("=") + 1).trim()]),
  );
}
