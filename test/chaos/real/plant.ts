import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { namePrefix } from "../../../harness/model/run-id.ts";
import { itemKey } from "../../../rehearsal/inventory/key.ts";
import { openStore } from "../../../rehearsal/inventory/store.ts";
import { TWIN_PROJECT } from "../../../reference-architectures/twin-project.ts";
import type { PlantedLeak } from "../../support/world/faults.ts";

/** Puts a leak into the twin's inventory as its cloud would show it: by label, by name, or by what it uses. */
export async function plant(cwd: string, runId: string, leak: PlantedLeak): Promise<void> {
  const store = openStore(join(cwd, ".refbench", "twin", "inventory"));
  const used = leak.blocks === undefined ? [] : await store.list([leak.blocks]);
  const suffix = randomBytes(3).toString("hex");
  const byController = leak.madeByController === true;
  const name = byController ? `k8s-${leak.name}-${suffix}` : `${namePrefix(runId)}-${leak.name}-${suffix}`;
  await store.put({
    key: itemKey(leak.kind, TWIN_PROJECT, name),
    kind: leak.kind,
    name,
    scope: TWIN_PROJECT,
    labels: leak.labelled
      ? { "bench-run": runId, "bench-managed": leak.managedByCoder === true ? "coder" : "cdktf" }
      : {},
    status: "ready",
    createdAt: new Date().toISOString(),
    origin: "leak",
    uses: used.slice(0, 1).map(({ key }) => key),
    // Found in a real cloud by its cluster's name, which no field of this inventory holds.
    ...(byController ? { runId } : {}),
  });
}
