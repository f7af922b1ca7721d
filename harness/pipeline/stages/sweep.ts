import type { InventoryItem } from "../../model/inventory.ts";
import type { StageContext } from "../context.ts";

/** Passes without any progress after which what is left is handed to the audit. */
const IDLE_PASSES = 5;

/**
 * Removes whatever the inventory still has of this run. What is in use waits for the next pass, so the order of
 * dependencies needs no table. Everything removed here is a defect of the teardown before it, and is recorded.
 */
export async function sweep(context: StageContext): Promise<string> {
  const { ports, plan, signal, journal, report } = context;
  const swept: InventoryItem[] = [];
  const refused = new Map<string, string>();
  for (let idle = 0; idle < IDLE_PASSES;) {
    await context.checkLease();
    const answer = await ports.inventory.list({ runId: plan.runId }, signal);
    const mine = answer.items.filter((item) => item.labels["bench-managed"] !== "manual");
    if (mine.length === 0) break;
    let progress = false;
    for (const item of mine) {
      signal.throwIfAborted();
      const outcome = await ports.inventory.remove(item, signal);
      if (outcome.state === "removed") {
        progress = true;
        swept.push(item);
        await journal.append({ type: "swept", id: item.id, kind: item.kind, name: item.name });
        report({ type: "sweep.removed", kind: item.kind, name: item.name });
      } else if ("reason" in outcome) {
        refused.set(item.id, `${item.kind} ${item.name}: ${outcome.reason}`);
      }
    }
    idle = progress ? 0 : idle + 1;
    if (!progress) await ports.clock.sleep(ports.settle.pollMs * 2 ** idle, signal);
  }
  const removed = new Set(swept.map(({ id }) => id));
  for (const [id, reason] of refused) {
    if (!removed.has(id))
      report({ type: "note", level: "warning", message: `could not be swept: ${reason}` });
  }
  return swept.length === 0
    ? "nothing to sweep"
    : `${swept.length} resources swept that the teardown had missed`;
}
