import { messageOf } from "../../tools/error.ts";
import type { InventoryAnswer } from "../../model/ports/inventory.ts";
import { seenIn } from "../../model/ports/listing.ts";
import type { StageContext } from "./context.ts";
import { findStrays } from "../strays.ts";

/** How often a failing inventory is asked in total. */
export const TRIES = 5;

/** Lists what exists of the run. An inventory that throws counts as a failed answer. */
export async function askInventory({ ports, plan, signal }: StageContext): Promise<InventoryAnswer> {
  try {
    return await ports.inventory.list({ runId: plan.runId }, signal);
  } catch (error) {
    signal.throwIfAborted();
    return { state: "failed", scope: "inventory", reason: messageOf(error), partial: [] };
  }
}

/** Like `askInventory`, but retries while the answer is not complete. Returns the last answer. */
export async function askPatiently(context: StageContext): Promise<InventoryAnswer> {
  const { clock, settle } = context.ports;
  for (let tries = 1; ; tries += 1) {
    const answer = await askInventory(context);
    if (answer.state === "complete" || tries >= TRIES) return answer;
    await clock.sleep(settle.pollMs * 2 ** tries, context.signal);
  }
}

/**
 * Records in the journal that the inventory saw something of the run, and each new stray. Without an earlier
 * sighting, an empty list proves nothing. Once a destroy has begun nothing counts as a new stray: a resource
 * may still be listed for a while after it left the state.
 */
export async function noteSeen(context: StageContext, answer: InventoryAnswer): Promise<void> {
  const { journal } = context;
  const items = seenIn(answer);
  if (items.length === 0) return;
  const { entries } = await journal.read();
  const seen = entries.filter((entry) => entry.type === "inventory-seen");
  const isDestroying = entries.some((entry) => entry.type === "stack-intent" && entry.act === "destroy");
  const known = new Set(seen.flatMap((entry) => entry.strays?.map(({ id }) => id) ?? []));
  const strays = (isDestroying ? [] : await findStrays(context, items)).filter(({ id }) => !known.has(id));
  if (seen.length > 0 && strays.length === 0) return;
  await journal.append({
    type: "inventory-seen",
    items: items.length,
    ...(strays.length === 0 ? {} : { strays }),
  });
}

/**
 * Asks the inventory once for what an apply made. Somebody may destroy the stacks manually later, or this
 * process may be killed. Without this sighting, no later empty list would prove anything. Never throws.
 */
export async function noteWhatExists(context: StageContext): Promise<void> {
  if (context.signal.aborted) return;
  try {
    await noteSeen(context, await askInventory(context));
  } catch (error) {
    context.log(`the inventory could not be asked after an apply: ${messageOf(error)}`);
  }
}
