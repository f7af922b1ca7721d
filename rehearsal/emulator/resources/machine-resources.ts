import { RefbenchError } from "../../../harness/tools/error.ts";
import type { TwinItem } from "../../inventory/item.ts";
import type { EmulatedBuild } from "../state/types.ts";
import { type Change, ItemBatch } from "./item-batch.ts";
import type { TwinResourcesOptions } from "./twin-resources.ts";
import { hasHome, workspaceItem, workspaceName } from "./workspace-item.ts";
import type { WorkspaceResources } from "./workspace-resources.ts";

/** Writes what workspaces are where Coder runs on a machine into the twin's inventory: containers on it, or machines beside it. */
export function machineResources(options: TwinResourcesOptions): WorkspaceResources {
  const { store, place, onError } = options;
  const batch = new ItemBatch<TwinItem>({
    store,
    ...(onError === undefined ? {} : { onError }),
    findPlace: async () => {
      const host = await store.get(place.cluster);
      if (host !== undefined) return host;
      throw new RefbenchError(
        "inventory",
        `no machine ${place.cluster} in the twin, expected the emulator's own`,
      );
    },
  });
  const itemsOf = place.are === "containers" ? containerItems : machineItems;
  const change = (build: EmulatedBuild, what: "made" | "gone", parts: readonly Part[]): void => {
    for (const part of parts) {
      batch.set(`${part} ${workspaceName(build)}`, (host): Change => {
        const item = itemsOf(build, host)[part];
        return what === "made" ? { key: item.key, item } : { key: item.key };
      });
    }
  };
  const kept = (build: EmulatedBuild): readonly Part[] =>
    place.are === "containers" && hasHome(build) ? ["disk"] : [];
  const ephemeral: readonly Part[] = place.are === "containers" ? ["run"] : ["run", "disk"];
  return {
    started: (build, reached) => {
      change(build, "made", kept(build));
      if (reached === "pod") change(build, "made", ephemeral);
    },
    stopped: (build) => change(build, "gone", ephemeral),
    deleted: (build) => change(build, "gone", [...ephemeral, ...kept(build)]),
    close: () => batch.close(),
  };
}

/** The two items of a workspace: the one that runs, and the one that holds its files. */
type Part = "run" | "disk";

/** Containers and volumes vanish with their machine. */
function containerItems(build: EmulatedBuild, host: TwinItem): Record<Part, TwinItem> {
  const name = workspaceName(build);
  const on = { parent: host.key };
  return {
    run: workspaceItem(build, { kind: "docker_container", scope: host.name, name }, on),
    disk: workspaceItem(build, { kind: "docker_volume", scope: host.name, name: `${name}-home` }, on),
  };
}

/** A machine outlives Coder's own, and holds their network back; its disk goes with it. */
function machineItems(build: EmulatedBuild, host: TwinItem): Record<Part, TwinItem> {
  const name = workspaceName(build);
  const { scope } = host;
  const uses = host.uses.filter((key) => /^google_compute_(sub)?network--/.test(key));
  const run = workspaceItem(build, { kind: "google_compute_instance", scope, name }, { uses });
  return {
    run,
    disk: workspaceItem(build, { kind: "google_compute_disk", scope, name }, { parent: run.key }),
  };
}
