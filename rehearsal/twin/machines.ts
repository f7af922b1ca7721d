import { messageOf } from "../../harness/tools/error.ts";
import { type MachinesAnswer, type MeasuredMachine, roleOfName } from "../../harness/model/ports/machines.ts";
import type { RunId } from "../../harness/model/run-id.ts";
import type { TwinItem } from "../inventory/item.ts";
import { openStore } from "../inventory/store.ts";
import { findItemRun } from "./cloud/item-run.ts";
import { inventoryFolder } from "./settings.ts";
import { processorOf } from "./values/template.ts";
import { valueAt } from "./values/walk.ts";

/** The processors that Google would have given the measured machines of a run; nothing ever happens to their hosts. */
export async function readTwinMachines(root: string, runId: RunId): Promise<MachinesAnswer> {
  try {
    const items = await openStore(inventoryFolder(root)).list();
    const own = items.filter((item) => findItemRun(item) === runId);
    return { state: "read", machines: own.flatMap(measured), events: [] };
  } catch (error) {
    return { state: "failed", reason: messageOf(error) };
  }
}

function measured(item: TwinItem): readonly MeasuredMachine[] {
  const role = roleOfName(item.name);
  const cpuPlatform = processorIn(item);
  return role === undefined || cpuPlatform === undefined ? [] : [{ name: item.name, role, cpuPlatform }];
}

function processorIn({ kind, key, attributes }: TwinItem): string | undefined {
  if (kind === "google_compute_instance") return valueAt(attributes, "cpu_platform") as string | undefined;
  if (kind !== "google_container_node_pool") return undefined;
  const least = valueAt(attributes, "node_config.0.min_cpu_platform");
  return typeof least === "string" && least !== "" ? least : processorOf(key);
}
