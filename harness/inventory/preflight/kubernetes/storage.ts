import { z } from "zod";
import { listOf } from "../../kubernetes/list-kind.ts";
import { advised, type Check, failedCheck, passed, skipped, unknown } from "../check.ts";
import { type KubernetesContext, kubectlOf } from "./context.ts";

const storageClass = z.object({
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
  provisioner: z.string(),
  reclaimPolicy: z.string().optional(),
});
type StorageClass = z.infer<typeof storageClass>;

const IS_DEFAULT = "storageclass.kubernetes.io/is-default-class";
const NO_PROVISIONER = "kubernetes.io/no-provisioner";

/** Checks the class of the disks: without one, Postgres' pod would wait for its disk until the apply gives up. */
export const storageCheck: Check<KubernetesContext> = {
  name: "storage",
  fix: (context) => `${kubectlOf(context)} get storageclass, then name one by --storage-class`,
  after: ["identity"],
  run: async ({ call, size, choice }, signal) => {
    const { database, workspaces, homeVolumeGib } = size.figures;
    const needs = [
      ...(database.kind === "in-cluster" && choice.databaseUrlSecret === undefined ? ["Postgres"] : []),
      ...(workspaces > 0 && homeVolumeGib > 0 ? ["homes"] : []),
    ];
    if (needs.length === 0) return skipped("nothing of this size needs a disk of the cluster");
    const path = "/apis/storage.k8s.io/v1/storageclasses";
    const listing = await listOf(
      call,
      { path, listKind: "StorageClassList" },
      { item: storageClass, signal },
    );
    if (listing.state === "failed") return unknown(`cannot list storage classes: ${listing.reason}`);
    const names = listing.items.map(({ metadata }) => metadata.name).join(", ") || "none";
    const wanted = choice.storageClass;
    const found = listing.items.find(({ metadata }) =>
      wanted === undefined ? metadata.annotations?.[IS_DEFAULT] === "true" : metadata.name === wanted,
    );
    const use = `for ${needs.join(" and ")}`;
    if (found === undefined)
      return failedCheck(
        wanted === undefined
          ? `the cluster has no default storage class ${use}; it has ${names}`
          : `the cluster has no storage class "${wanted}" ${use}; it has ${names}`,
      );
    return outcomeOf(found, use);
  },
};

function outcomeOf({ metadata: { name }, provisioner, reclaimPolicy }: StorageClass, use: string) {
  if (provisioner === NO_PROVISIONER)
    return unknown(
      `class ${name} ${use} has no provisioner: a claim waits until somebody makes a volume for it`,
      "make sure that something makes and removes the volumes, or name another class by --storage-class",
    );
  if (reclaimPolicy === "Retain")
    return advised(
      `class ${name} (${provisioner}) ${use} keeps volumes after their claims (reclaimPolicy Retain), so that the sweep of each run must have them deleted`,
      "name a class with reclaimPolicy Delete by --storage-class",
    );
  return passed(`class ${name} (${provisioner}) ${use}`);
}
