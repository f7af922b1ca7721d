import { describe, expect, test } from "vitest";
import { ageMs, EMPTY_LEDGER, look } from "../../../../harness/inventory/sweep/ledger.ts";
import type { InventoryItem } from "../../../../harness/model/ports/inventory.ts";

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const ageless: InventoryItem = { id: "a", kind: "google_compute_network", name: "a", labels: {} };

describe("the ledger", () => {
  test("gives what has no time of creation the age since it was first seen", () => {
    const first = look(EMPTY_LEDGER, { target: "twin", items: [ageless], nowMs: START });
    const second = look(first, { target: "twin", items: [ageless], nowMs: START + HOUR });
    expect(ageMs(ageless, { ledger: second, target: "twin", nowMs: START + 2 * HOUR })).toBe(2 * HOUR);
  });

  test("knows nothing of what it has not seen, nor of what another target showed", () => {
    const ledger = look(EMPTY_LEDGER, { target: "google/p", items: [ageless], nowMs: START });
    expect(ageMs(ageless, { ledger, target: "twin", nowMs: START + HOUR })).toBeUndefined();
  });

  test("forgets what is gone, so that a namesake starts anew", () => {
    const seen = look(EMPTY_LEDGER, { target: "twin", items: [ageless], nowMs: START });
    const gone = look(seen, { target: "twin", items: [], nowMs: START + HOUR });
    expect(ageMs(ageless, { ledger: gone, target: "twin", nowMs: START + HOUR })).toBeUndefined();
  });

  test("distinguishes a namesake of another run", () => {
    const ledger = look(EMPTY_LEDGER, {
      target: "twin",
      items: [{ ...ageless, runId: "01jd0000000000000000000001" }],
      nowMs: START,
    });
    const other = { ...ageless, runId: "01jd0000000000000000000002" };
    expect(ageMs(other, { ledger, target: "twin", nowMs: START + HOUR })).toBeUndefined();
  });

  test("keeps out of what other targets have seen", () => {
    const ledger = look(EMPTY_LEDGER, { target: "google/p", items: [ageless], nowMs: START });
    const later = look(ledger, { target: "twin", items: [], nowMs: START + HOUR });
    expect(ageMs(ageless, { ledger: later, target: "google/p", nowMs: START + HOUR })).toBe(HOUR);
  });

  test("believes a time of creation, and no unreadable one", () => {
    const made = { ...ageless, createdAt: new Date(START).toISOString() };
    const at = { ledger: EMPTY_LEDGER, target: "twin", nowMs: START + HOUR };
    expect(ageMs(made, at)).toBe(HOUR);
    expect(ageMs({ ...made, createdAt: "yesterday" }, at)).toBeUndefined();
  });
});
