import type { InventoryItem } from "../../model/ports/inventory.ts";
import { candidatesOf } from "../sweep/candidate.ts";
import { type Check, failed, passed, skipped } from "./check.ts";
import type { PreflightContext } from "./context.ts";

/** Nothing has the run's names yet: a second create would fail, or worse, adopt. */
export const namesCheck: Check<PreflightContext> = {
  name: "names",
  fix: ({ runId }) => `refbench teardown ${runId ?? "<run>"}`,
  after: ["identity"],
  run: async ({ inventory, runId }, signal) => {
    if (runId === undefined) return skipped("names carry a run's id, and there is no run yet");
    const answer = await inventory.list({ runId }, signal);
    if (answer.state === "failed") return unasked(answer.scope, answer.reason);
    if (answer.items.length === 0) return passed(`nothing of this run in the ${answer.scope}`);
    return failed(`${countOf(answer.items)} of this run exist already: ${named(answer.items)}`);
  },
};

/** What expired runs left makes quotas full and bills long; and an inventory that fails could verify no teardown. */
export const leftoversCheck: Check<PreflightContext> = {
  name: "leftovers",
  fix: ({ sweepCommand }) => sweepCommand,
  after: ["identity"],
  run: async ({ inventory, clock, runId }, signal) => {
    const answer = await inventory.list({}, signal);
    if (answer.state === "failed") return unasked(answer.scope, answer.reason);
    const left = candidatesOf(answer.items)
      .filter(({ manual, expires, item }) => {
        const past = typeof expires === "number" && expires * 1_000 <= clock.now();
        return past && !manual && (runId === undefined || item.runId !== runId);
      })
      .map(({ item }) => item);
    const others = answer.items.length - left.length;
    const beside = others === 0 ? "" : `; ${others} of runs that live or were made by hand`;
    if (left.length === 0) return passed(`nothing past its expiry in the ${answer.scope}${beside}`);
    return failed(`${countOf(left)} past their expiry: ${named(left)}${beside}`);
  },
};

function unasked(scope: string, reason: string): ReturnType<typeof failed> {
  return failed(
    `the inventory (${scope}) cannot be asked, so no teardown could be verified: ${reason}`,
    "mend what the inventory says, most often a permission to list (roles/viewer) or an API that is off",
  );
}

/** How many things are named; the rest are counted. */
const NAMED = 5;

function named(items: readonly InventoryItem[]): string {
  const names = items.slice(0, NAMED).map(({ kind, name }) => `${kind} ${name}`);
  return [...names, ...(items.length > NAMED ? [`and ${items.length - NAMED} more`] : [])].join(", ");
}

function countOf(items: readonly InventoryItem[]): string {
  return items.length === 1 ? "1 resource" : `${items.length} resources`;
}
