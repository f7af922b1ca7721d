import type { Clock } from "../../tools/time/clock.ts";
import type { InventoryItem, RemoveOutcome } from "../ports/inventory.ts";

/** The reaction to each answer to a delete. */
type Policy =
  /** It no longer exists. */
  | "done"
  /** The next pass asks again: what used it may be gone by then. */
  | "again"
  /** As `again`, and the rest of this pass waits: asking on would only keep the cloud busy. */
  | "pause"
  /** A retry would get the same answer: the item remains, with its reason. */
  | "leave";

export const REMOVAL_POLICIES = {
  removed: "done",
  gone: "done",
  "in-use": "again",
  throttled: "pause",
  denied: "leave",
  failed: "again",
} as const satisfies Record<RemoveOutcome["state"], Policy>;

/** After this many passes without progress, the remaining items stay. */
const IDLE_PASSES = 5;

/** An item that could not be removed, with the last answer to its delete. */
export interface RefusedItem {
  readonly item: InventoryItem;
  readonly state: RemoveOutcome["state"];
  readonly reason: string;
}

export interface RemovalPasses {
  /** The items to remove now; called before each pass, and empty once all are removed. */
  readonly next: () => Promise<readonly InventoryItem[]>;
  readonly remove: (item: InventoryItem, signal: AbortSignal) => Promise<RemoveOutcome>;
  readonly onRemoved: (item: InventoryItem) => Promise<void> | void;
  readonly clock: Clock;
  /** The first wait after a pass without progress; each further one is twice as long. */
  readonly pollMs: number;
  /**
   * How long without progress what is in use is asked again: a cluster or database that is being made, or deleted,
   * refuses for longer than a few passes. @default 0
   */
  readonly patienceMs?: number;
}

/**
 * Removes in passes until nothing is left or nothing changes. An item in use waits for the next pass, so the order of
 * dependencies needs no table. Returns what could not be removed.
 */
export async function removeInPasses(
  { next, remove, onRemoved, clock, pollMs, patienceMs = 0 }: RemovalPasses,
  signal: AbortSignal,
): Promise<readonly RefusedItem[]> {
  const refused = new Map<string, RefusedItem>();
  const left = new Set<string>();
  const removed = new Set<string>();
  let movedAt = clock.elapsed();
  let inUse = false;
  for (let idle = 0; idle < IDLE_PASSES || (inUse && clock.elapsed() - movedAt < patienceMs);) {
    inUse = false;
    const items = (await next()).filter(({ id }) => !left.has(id));
    if (items.length === 0) break;
    let progress = false;
    for (const item of items) {
      signal.throwIfAborted();
      const outcome = await remove(item, signal);
      inUse ||= outcome.state === "in-use";
      if (outcome.state === "removed") {
        refused.delete(item.id);
        // An item that is removed repeatedly is not progress: its cloud accepts the delete and keeps the item.
        if (!removed.has(item.id)) {
          progress = true;
          removed.add(item.id);
          await onRemoved(item);
        }
      } else if ("reason" in outcome) {
        refused.set(item.id, { item, ...outcome });
      } else {
        refused.delete(item.id);
      }
      const policy: Policy = REMOVAL_POLICIES[outcome.state];
      if (policy === "leave") left.add(item.id);
      if (policy === "pause") await clock.sleep(pollMs, signal);
    }
    idle = progress ? 0 : idle + 1;
    if (progress) movedAt = clock.elapsed();
    else await clock.sleep(pollMs * 2 ** Math.min(idle, IDLE_PASSES), signal);
  }
  return [...refused.values()];
}
