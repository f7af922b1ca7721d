import type { ClusterPlace } from "../../model/ports/cluster.ts";
import type { Observer } from "../../model/ports/observer.ts";
import type { ListedCluster } from "../../inventory/kubernetes/cluster.ts";
import type { RunFolder } from "../../pipeline/folder/run-folder.ts";
import { provisionResult } from "../../pipeline/stages/provision.ts";
import { RefbenchError } from "../../tools/error.ts";
import { salvageJson } from "../../tools/files/json-file.ts";
import { clusterObserver } from "./cluster-observer.ts";

/** Observes the cluster that a run made, as the outputs of its stacks name it. */
export function madeClusterObserver(
  folder: RunFolder,
  openCluster: (place: ClusterPlace) => Pick<ListedCluster, "open">,
): Required<Pick<Observer, "start">> {
  return {
    start: async (signal) => {
      const { place, outputs } = (await salvageJson(folder.result("provision"), provisionResult)) ?? {};
      if (place?.cluster === undefined || outputs?.coder_namespace === undefined)
        throw new RefbenchError(
          "run_folder",
          `${folder.result("provision")} has no cluster with a namespace of Coder: run "refbench stage provision --run ${folder.path}" first`,
        );
      const { cluster } = place;
      const namespaces = {
        coder: outputs.coder_namespace,
        workspaces: outputs.workspace_namespace,
        load: outputs.load_namespace,
      };
      const open = () => openCluster({ ...place, cluster }).open(signal);
      return clusterObserver(open, namespaces).start(signal);
    },
  };
}
