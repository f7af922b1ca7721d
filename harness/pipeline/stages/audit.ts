import { rm } from "node:fs/promises";
import { z } from "zod";
import { messageOf } from "../../tools/error.ts";
import type { InventoryAnswer, InventoryItem } from "../../model/ports/inventory.ts";
import { seenIn } from "../../model/ports/listing.ts";
import { askInventory, TRIES } from "../context/ask-inventory.ts";
import type { StageContext } from "../context/context.ts";
import { writeJson } from "../../tools/files/json-file.ts";
import { isLeaseHeld } from "../lease/lease.ts";
import { hasCreatedNothing } from "./created-nothing.ts";
import { findDisagreements } from "./reconcile.ts";

const leftItem = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  location: z.string().optional(),
});

/** The result of an audit: the inventory's final answer. */
export const auditResult = z.object({
  state: z.enum(["clean", "leaked", "unverified"]),
  scope: z.string(),
  left: z.array(leftItem),
  problem: z.string().optional(),
});
export type AuditResult = z.infer<typeof auditResult>;

/**
 * Asks the inventory, which is independent of our state, whether anything of the run exists. The result is
 * clean only if the answer is empty, stays empty, and agrees with state and journal. A resource that appears
 * late restarts the wait. No answer means unverified.
 */
export async function audit(context: StageContext): Promise<string> {
  const { folder, report } = context;
  // An earlier audit's result must not count for an audit that does not finish.
  await rm(folder.result("audit"), { force: true });
  const result = (await hasCreatedNothing(context)) ? NOTHING_CREATED : await ask(context);
  await writeJson(folder.result("audit"), result);
  report({ type: "audit.finished", verdict: result.state, left: result.left.length, scope: result.scope });
  return result.state === "clean"
    ? `nothing remaining in the ${result.scope}`
    : `${result.state}: ${result.left.length} remaining in the ${result.scope}`;
}

/** For a run that ended in its preflight: its journal is written before every create. */
const NOTHING_CREATED: AuditResult = { state: "clean", scope: "journal: nothing was created", left: [] };

async function ask(context: StageContext): Promise<AuditResult> {
  const { ports, signal } = context;
  const giveUpAt = ports.clock.elapsed() + ports.settle.controllersMs;
  let emptySince: number | undefined;
  let failures = 0;
  for (;;) {
    const answer = await askInventory(context);
    const now = ports.clock.elapsed();
    if (answer.state === "failed") {
      failures += 1;
      emptySince = undefined;
      if (failures >= TRIES)
        return { state: "unverified", scope: answer.scope, left: left(answer), problem: answer.reason };
    } else if (answer.items.length > 0) {
      emptySince = undefined;
      if (now >= giveUpAt)
        return { state: "leaked", scope: answer.scope, left: left(answer), ...whyLeft(answer.items) };
    } else {
      emptySince ??= now;
      if (now - emptySince >= ports.settle.quietMs) return reconciled(context, answer.scope);
    }
    await ports.clock.sleep(ports.settle.pollMs, signal);
  }
}

/** Believes an empty inventory only if everything else that is known of the run agrees. */
async function reconciled(context: StageContext, scope: string): Promise<AuditResult> {
  const against = await findDisagreements(context).catch((error: unknown) => {
    if (context.signal.aborted || isLeaseHeld(error)) throw error;
    return [`the other sources about the run cannot be read: ${messageOf(error)}`];
  });
  return against.length === 0
    ? { state: "clean", scope, left: [] }
    : { state: "unverified", scope, left: [], problem: against.join("; ") };
}

/** Why some of the remaining items were not removed: their run is uncertain, or something holds them. */
function whyLeft(items: readonly InventoryItem[]): { readonly problem?: string } {
  const reasons = items.flatMap(({ kind, name, doubtful, held }) => [
    ...(doubtful === undefined ? [] : [`${kind} ${name} was not removed: ${doubtful}`]),
    ...(held === undefined ? [] : [`${kind} ${name}: ${held}`]),
  ]);
  return reasons.length === 0 ? {} : { problem: reasons.join("; ") };
}

function left(answer: InventoryAnswer): AuditResult["left"] {
  return seenIn(answer).map(({ id, kind, name, location }) => ({
    id,
    kind,
    name,
    ...(location === undefined ? {} : { location }),
  }));
}
