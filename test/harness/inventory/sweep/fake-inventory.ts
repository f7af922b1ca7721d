import type { Inventory, InventoryItem, RemoveOutcome } from "../../../../harness/model/ports/inventory.ts";
import { sweepByDiscovery, type Discovery } from "../../../../harness/inventory/sweep/discover.ts";
import { EMPTY_LEDGER, type Ledger } from "../../../../harness/inventory/sweep/ledger.ts";
import type { SweepPorts, SweepQuestion } from "../../../../harness/inventory/sweep/question.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

export const RUN = "01jd0000000000000000000001";
export const OTHER_RUN = "01jd0000000000000000000002";

/** A cloud in memory and a folder to sweep it from. */
export class FakeCloud {
  readonly clock = fakeClock();
  readonly items = new Map<string, InventoryItem>();
  readonly deletes: string[] = [];
  /** The answers to deletes of this id, in turn; after the last one the item is removed. */
  readonly answers = new Map<string, RemoveOutcome[]>();
  /** How many answers to lists are good before one fails. */
  goodLists = Infinity;
  onList: (() => void) | undefined;
  ledger: Ledger = EMPTY_LEDGER;

  put(id: string, extra: Partial<InventoryItem> = {}): void {
    const createdAt = new Date(this.clock.now() - 10 * 3_600_000).toISOString();
    this.items.set(id, {
      id,
      kind: "google_compute_disk",
      name: id,
      labels: {},
      runId: RUN,
      createdAt,
      ...extra,
    });
  }

  sweep(question: Partial<SweepQuestion> = {}, ports: Partial<SweepPorts> = {}): Promise<Discovery> {
    return sweepByDiscovery(
      { name: "fake", inventory: this.#inventory(), settle: { quietMs: 1000, pollMs: 100 } },
      { olderThanMs: 6 * 3_600_000, includeUnlabelled: false, dryRun: false, ...question },
      {
        clock: this.clock,
        runs: () => Promise.resolve(new Map()),
        manualRuns: new Set(),
        loadLedger: () => Promise.resolve(this.ledger),
        saveLedger: (ledger) => Promise.resolve(void (this.ledger = ledger)),
        checkLease: () => Promise.resolve(),
        reportLine: () => undefined,
        ...ports,
      },
      new AbortController().signal,
    );
  }

  #inventory(): Inventory {
    return {
      list: ({ runId }) => {
        this.goodLists -= 1;
        if (this.goodLists < 0) {
          const items = [...this.items.values()];
          return Promise.resolve({ state: "failed", scope: "fake cloud", reason: "503", partial: items });
        }
        const items = [...this.items.values()].filter((item) => runId === undefined || item.runId === runId);
        this.onList?.();
        return Promise.resolve({ state: "complete", scope: "fake cloud", kinds: [], items });
      },
      remove: ({ id }) => {
        this.deletes.push(id);
        const answer = this.answers.get(id)?.shift();
        if (answer !== undefined) return Promise.resolve(answer);
        return Promise.resolve({ state: this.items.delete(id) ? "removed" : "gone" });
      },
    };
  }
}

/** Returns the outcome of each item, by its id. */
export function actions({ items }: Discovery): Record<string, string> {
  return Object.fromEntries(items.map(({ item, action, reason }) => [item.id, `${action}: ${reason}`]));
}
