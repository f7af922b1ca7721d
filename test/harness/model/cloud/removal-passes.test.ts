import { expect, test } from "vitest";
import type { InventoryItem, RemoveOutcome } from "../../../../harness/model/ports/inventory.ts";
import { removeInPasses } from "../../../../harness/model/cloud/removal-passes.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const { signal } = new AbortController();
const CLUSTER: InventoryItem = { id: "c", kind: "aws_eks_cluster", name: "c", labels: {} };
const MINUTE_MS = 60_000;

/** Removes one thing that answers this for a while, and then goes; returns whether it went, and after how long. */
async function remove(answer: RemoveOutcome, forMs: number, patienceMs?: number) {
  const clock = fakeClock();
  const startedAt = clock.now();
  let left = [CLUSTER];
  const refused = await removeInPasses(
    {
      next: () => Promise.resolve(left),
      remove: () => {
        if (clock.now() - startedAt < forMs) return Promise.resolve(answer);
        left = [];
        return Promise.resolve({ state: "removed" });
      },
      onRemoved: () => undefined,
      clock,
      pollMs: 5_000,
      ...(patienceMs === undefined ? {} : { patienceMs }),
    },
    signal,
  );
  return { went: refused.length === 0, minutes: (clock.now() - startedAt) / MINUTE_MS };
}

const IN_USE: RemoveOutcome = { state: "in-use", reason: "being made" };

test("a cluster that is being made is asked for until it can be deleted", async () => {
  expect((await remove(IN_USE, 18 * MINUTE_MS, 20 * MINUTE_MS)).went).toBe(true);
});

test("an item that stays in use is given up when patience ends, or without patience after a few passes", async () => {
  const patient = await remove(IN_USE, Infinity, 20 * MINUTE_MS);
  expect(patient).toEqual({ went: false, minutes: expect.closeTo(21.5, 0) });
  expect(await remove(IN_USE, Infinity)).toEqual({ went: false, minutes: expect.closeTo(5, 0) });
});

test("any other failure is not waited for", async () => {
  const failed = await remove({ state: "failed", reason: "500" }, Infinity, 20 * MINUTE_MS);
  expect(failed).toEqual({ went: false, minutes: expect.closeTo(5, 0) });
});
