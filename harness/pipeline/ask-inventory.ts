import { messageOf } from "../model/error.ts";
import type { InventoryAnswer } from "../model/inventory.ts";
import { seenIn } from "../model/listing.ts";
import type { StageContext } from "./context.ts";

/** How often an inventory that fails is asked before its failure is believed. */
export const TRIES = 5;

/** What exists of the run; an inventory that throws has not answered, which is an answer that failed. */
export async function askInventory({ ports, plan, signal }: StageContext): Promise<InventoryAnswer> {
  try {
    return await ports.inventory.list({ runId: plan.runId }, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { state: "failed", scope: "inventory", reason: messageOf(error), partial: [] };
  }
}

/** As `askInventory`, asked again while it fails; the last answer when it never was complete. */
export async function askPatiently(context: StageContext): Promise<InventoryAnswer> {
  const { clock, settle } = context.ports;
  for (let tries = 1; ; tries += 1) {
    const answer = await askInventory(context);
    if (answer.state === "complete" || tries >= TRIES) return answer;
    await clock.sleep(settle.pollMs * 2 ** tries, context.signal);
  }
}

/** Keeps in the journal that the inventory saw something of the run: without that, its silence proves nothing. */
export async function noteSeen({ journal }: StageContext, answer: InventoryAnswer): Promise<void> {
  const items = seenIn(answer).length;
  if (items === 0) return;
  const { entries } = await journal.read();
  if (!entries.some(({ type }) => type === "inventory-seen"))
    await journal.append({ type: "inventory-seen", items });
}
