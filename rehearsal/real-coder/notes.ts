import { namePrefix } from "../../harness/model/run-id.ts";
import { findLabelledRun } from "../../harness/model/cloud/run-mark.ts";
import type { TwinItem } from "../inventory/item.ts";
import { itemKey } from "../inventory/key.ts";
import type { TwinStore } from "../inventory/store.ts";
import type { AgentNotes } from "./agents.ts";
import type { RealCoderConfig } from "./config.ts";

/** Notes each agent in the twin's inventory as what its workspace would be, with the process behind it. */
export function twinNotes(store: TwinStore, place: RealCoderConfig["inventory"]): AgentNotes {
  const known = new Map<string, string>();
  return {
    started: async (workspace, labels, process) => {
      const item = { ...(await itemOf(store, place, workspace, labels)), process };
      known.set(workspace, item.key);
      await store.put(item);
    },
    ended: async (workspace) => {
      const key = known.get(workspace);
      known.delete(workspace);
      if (key !== undefined) await store.remove(key);
    },
  };
}

const KINDS = {
  pods: "kubernetes_pod",
  containers: "docker_container",
  machines: "google_compute_instance",
} as const;

async function itemOf(
  store: TwinStore,
  { are, cluster: key, namespace }: RealCoderConfig["inventory"],
  workspace: string,
  labels: Readonly<Record<string, string>>,
): Promise<TwinItem> {
  const host = await store.get(key);
  const kind = KINDS[are];
  const runId = findLabelledRun(labels);
  const name = `${runId === undefined ? "coder" : namePrefix(runId)}-${workspace.slice(0, 8)}`;
  const at = host?.name ?? "";
  const scope = are === "pods" ? `${at}/${namespace}` : are === "containers" ? at : (host?.scope ?? "");
  const inNamespace =
    are === "pods" ? await store.get(itemKey("kubernetes_namespace", at, namespace)) : undefined;
  return {
    key: itemKey(kind, scope, name),
    kind,
    name,
    scope,
    labels: { ...labels },
    status: "ready",
    createdAt: new Date().toISOString(),
    origin: "coder",
    uses: [],
    ...(are === "machines" ? {} : { parent: inNamespace?.key ?? key }),
    ...(runId === undefined ? {} : { runId }),
  };
}
