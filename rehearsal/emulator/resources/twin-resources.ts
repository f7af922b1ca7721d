import { RefbenchError } from "../../../harness/tools/error.ts";
import type { TwinItem } from "../../inventory/item.ts";
import { itemKey } from "../../inventory/key.ts";
import { findClusterItem, OWN_CLUSTER } from "../../inventory/own-cluster.ts";
import type { TwinStore } from "../../inventory/store.ts";
import { DURATION_MODEL } from "../duration-model.ts";
import type { EmulatorConfig } from "../config.ts";
import type { EmulatedBuild } from "../state/types.ts";
import { type Change, ItemBatch } from "./item-batch.ts";
import { hasHome, workspaceItem, workspaceName } from "./workspace-item.ts";
import type { WorkspaceResources } from "./workspace-resources.ts";

export interface TwinResourcesOptions {
  readonly store: TwinStore;
  readonly place: NonNullable<EmulatorConfig["inventory"]>;
  readonly buildSpeed: number;
  /** Called once when the inventory cannot be written. */
  readonly onError?: (error: RefbenchError) => void;
}

/** Location of this cluster's items, as the twin names it. */
interface Place {
  readonly cluster: string;
  readonly namespace: string;
  readonly zone: string;
  readonly diskKind: string;
  /** The namespace when the twin knows it, so that both are deleted together; the cluster otherwise. */
  readonly parent: string;
}

/** Writes pods, volume claims and their disks into the twin's inventory, in batches. */
export function twinResources(options: TwinResourcesOptions): WorkspaceResources {
  const { store, onError } = options;
  const batch = new ItemBatch<Place>({
    store,
    findPlace: () => findPlace(options),
    ...(onError === undefined ? {} : { onError }),
  });
  const made = (build: EmulatedBuild, itemOf: ItemOf): void =>
    batch.set(nameOf(build, itemOf), (place): Change => {
      const item = itemOf(build, place);
      return { key: item.key, item };
    });
  const gone = (build: EmulatedBuild, itemOf: ItemOf): void =>
    batch.set(nameOf(build, itemOf), (place): Change => ({ key: itemOf(build, place).key }));

  return {
    started: (build, reached) => {
      if (hasHome(build)) {
        made(build, claimOf);
        // The volume's class makes a disk for the pod that uses it, not before.
        if (reached === "pod") made(build, diskOf);
      }
      if (reached === "pod") made(build, podOf);
    },
    stopped: (build) => gone(build, podOf),
    deleted: (build) => {
      const hadDisk = build.workspace.builds.some(
        (one) => one.transition === "start" && one.job.startedAt !== undefined && one.job.status !== "failed",
      );
      gone(build, podOf);
      if (!hasHome(build)) return;
      gone(build, claimOf);
      if (!hadDisk) return;
      const settlesAt = new Date(Date.now() + DURATION_MODEL.diskGone / options.buildSpeed).toISOString();
      batch.set(nameOf(build, diskOf), (place): Change => {
        const disk = diskOf(build, place);
        return { key: disk.key, item: { ...disk, status: "deleting", settlesAt } };
      });
    },
    close: () => batch.close(),
  };
}

async function findPlace({ store, place }: TwinResourcesOptions): Promise<Place> {
  const cluster = await findClusterItem(store, place.cluster);
  if (!cluster) {
    throw new RefbenchError(
      "inventory",
      `no cluster ${place.cluster} in the twin, expected the emulator's own`,
    );
  }
  const { namespace } = place;
  const known = await store.get(itemKey("kubernetes_namespace", cluster.name, namespace));
  return {
    cluster: cluster.name,
    namespace,
    ...diskPlaceOf(cluster),
    parent: known?.key ?? cluster.key,
  };
}

/** A volume of the user's own cluster has no disk that the twin knows. */
function diskPlaceOf({ kind, name, scope }: TwinItem): Pick<Place, "zone" | "diskKind"> {
  if (kind === OWN_CLUSTER) return { zone: name, diskKind: "kubernetes_persistent_volume" };
  return { zone: scope, diskKind: kind === "aws_eks_cluster" ? "aws_ebs_volume" : "google_compute_disk" };
}

type ItemOf = (build: EmulatedBuild, place: Place) => TwinItem;

function nameOf(build: EmulatedBuild, itemOf: ItemOf): string {
  return `${itemOf.name} ${build.workspace.id}`;
}

function podOf(build: EmulatedBuild, place: Place): TwinItem {
  const { cluster, namespace, parent } = place;
  const where = { kind: "kubernetes_pod", scope: `${cluster}/${namespace}`, name: workspaceName(build) };
  return workspaceItem(build, where, { parent });
}

function claimOf(build: EmulatedBuild, place: Place): TwinItem {
  const { cluster, namespace, parent } = place;
  const kind = "kubernetes_persistent_volume_claim";
  const where = { kind, scope: `${cluster}/${namespace}`, name: `${workspaceName(build)}-home` };
  return workspaceItem(build, where, { parent });
}

/** The driver's disk: its labels are the class's, not the claim's. */
function diskOf(build: EmulatedBuild, place: Place): TwinItem {
  const where = { kind: place.diskKind, scope: place.zone, name: `pvc-${build.workspace.id}` };
  return workspaceItem(build, where, {
    labels: {},
    origin: "controller",
    owner: claimOf(build, place).key,
  });
}
