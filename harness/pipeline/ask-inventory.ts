import { messageOf } from "../model/error.ts";
import type { InventoryAnswer } from "../model/inventory.ts";
import type { StageContext } from "./context.ts";

/** What exists of the run; an inventory that throws has not answered, which is an answer that failed. */
export async function askInventory({ ports, plan, signal }: StageContext): Promise<InventoryAnswer> {
  try {
    return await ports.inventory.list({ runId: plan.runId }, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { state: "failed", scope: "inventory", reason: messageOf(error), items: [] };
  }
}
