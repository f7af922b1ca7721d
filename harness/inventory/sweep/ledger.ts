import { z } from "zod";
import type { InventoryItem } from "../../model/ports/inventory.ts";

/** When a sweep first saw items without a creation time. */
export const ledgerSchema = z.object({
  schemaVersion: z.literal(1),
  /** ISO 8601, by target and item. */
  firstSeen: z.record(z.string(), z.record(z.string(), z.iso.datetime())),
});
export type Ledger = z.infer<typeof ledgerSchema>;

export const EMPTY_LEDGER: Ledger = { schemaVersion: 1, firstSeen: {} };

/** Updates one target's ledger after a complete look. Missing items are forgotten, or a later namesake would look old. */
export function look(
  ledger: Ledger,
  { target, items, nowMs }: { target: string; items: readonly InventoryItem[]; nowMs: number },
): Ledger {
  const before = ledger.firstSeen[target] ?? {};
  const now = new Date(nowMs).toISOString();
  const seen = items
    .filter((item) => createdAtMs(item) === undefined)
    .map((item): [string, string] => [ledgerKey(item), before[ledgerKey(item)] ?? now]);
  return { ...ledger, firstSeen: { ...ledger.firstSeen, [target]: Object.fromEntries(seen) } };
}

/**
 * Returns an item's age from its creation time or an earlier look. The first look gives no age, whatever
 * `--older-than` is, because the item may be new.
 */
export function ageMs(
  item: InventoryItem,
  { ledger, target, nowMs }: { ledger: Ledger; target: string; nowMs: number },
): number | undefined {
  const created = createdAtMs(item);
  if (created !== undefined) return nowMs - created;
  const seen = ledger.firstSeen[target]?.[ledgerKey(item)];
  return seen === undefined ? undefined : nowMs - Date.parse(seen);
}

function createdAtMs({ createdAt }: InventoryItem): number | undefined {
  const ms = createdAt === undefined ? NaN : Date.parse(createdAt);
  return Number.isNaN(ms) ? undefined : ms;
}

/** Includes the run, so that another run's namesake gets its own age. */
function ledgerKey({ kind, id, runId, labels }: InventoryItem): string {
  return [kind, id, runId ?? labels["bench-run"] ?? ""].join(" ");
}
