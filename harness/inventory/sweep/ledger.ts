import { z } from "zod";
import type { InventoryItem } from "../../model/ports/inventory.ts";

/** When a sweep first saw what its inventory knows no time of creation of. */
export const ledgerSchema = z.object({
  schemaVersion: z.literal(1),
  /** By target, then by item: ISO 8601. */
  firstSeen: z.record(z.string(), z.record(z.string(), z.iso.datetime())),
});
export type Ledger = z.infer<typeof ledgerSchema>;

export const EMPTY_LEDGER: Ledger = { schemaVersion: 1, firstSeen: {} };

/** What one target's ledger is after a look at all of it: what is gone is forgotten, or its next namesake would look old. */
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
 * An item's age: by its creation, or by an earlier look. The look that sees it first gives no age, whatever
 * `--older-than` says: it may have been made this moment.
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

/** With the run, so that a namesake of another run starts anew. */
function ledgerKey({ kind, id, runId, labels }: InventoryItem): string {
  return [kind, id, runId ?? labels["bench-run"] ?? ""].join(" ");
}
