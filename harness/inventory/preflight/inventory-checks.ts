import type { InventoryItem } from "../../model/ports/inventory.ts";
import { candidatesOf } from "../sweep/candidate.ts";
import { type Check, failedCheck, passed, skipped } from "./check.ts";
import type { PreflightContext } from "./context.ts";
import { countOf } from "../../tools/count-text.ts";

/** Checks that nothing has the run's names yet: a second create would fail or, worse, adopt it. */
export const namesCheck: Check<PreflightContext> = {
  name: "names",
  fix: ({ runId }) => `refbench teardown ${runId ?? "<run>"}`,
  after: ["identity"],
  run: async ({ inventory, runId }, signal) => {
    if (runId === undefined) return skipped("names contain a run's id, and there is no run yet");
    const answer = await inventory.list({ runId }, signal);
    if (answer.state === "failed") return unasked(answer.scope, answer.reason);
    if (answer.items.length === 0) return passed(`nothing of this run in the ${answer.scope}`);
    const verb = answer.items.length === 1 ? "exists" : "exist";
    return failedCheck(
      `${countOf(answer.items.length, "resource")} of this run already ${verb}: ${named(answer.items)}`,
    );
  },
};

/** Checks for leftovers of expired runs, which use quota and cost money. A failing inventory could verify no teardown. */
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
    const beside = others === 0 ? "" : `; ${others} of active runs or manual environments`;
    if (left.length === 0) return passed(`nothing expired in the ${answer.scope}${beside}`);
    return failedCheck(`${countOf(left.length, "resource")} expired: ${named(left)}${beside}`);
  },
};

function unasked(scope: string, reason: string): ReturnType<typeof failedCheck> {
  return failedCheck(
    `the inventory (${scope}) cannot be listed, so no teardown could be verified: ${reason}`,
    "fix what the inventory reports, usually a missing permission to list (roles/viewer; in a cluster, list on every kind) or a disabled API",
  );
}

/** How many items are listed by name; the others are counted. */
const NAMED = 5;

function named(items: readonly InventoryItem[]): string {
  const names = items.slice(0, NAMED).map(({ kind, name }) => `${kind} ${name}`);
  return [...names, ...(items.length > NAMED ? [`and ${items.length - NAMED} more`] : [])].join(", ");
}
