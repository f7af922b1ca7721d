import { rm } from "node:fs/promises";
import { z } from "zod";
import { messageOf } from "../../tools/error.ts";
import type { InventoryAnswer, InventoryItem } from "../../model/ports/inventory.ts";
import { seenIn } from "../../model/ports/listing.ts";
import { askInventory, TRIES } from "../context/ask-inventory.ts";
import type { StageContext } from "../context/context.ts";
import { writeJson } from "../../tools/files/json-file.ts";
import { isLeaseHeld } from "../lease/lease.ts";
import { nothingBegun } from "./nothing-begun.ts";
import { findDisagreements } from "./reconcile.ts";

const leftItem = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  location: z.string().optional(),
});

/** What audit leaves: the inventory's last word. */
export const auditResult = z.object({
  state: z.enum(["clean", "leaked", "unverified"]),
  scope: z.string(),
  left: z.array(leftItem),
  problem: z.string().optional(),
});
export type AuditResult = z.infer<typeof auditResult>;

/**
 * Asks the inventory, which does not come from our state, whether anything of the run exists. Only an empty answer
 * that stays empty, and that neither the state nor the journal speaks against, is clean; something that shows late
 * restarts the wait; no answer is unverified.
 */
export async function audit(context: StageContext): Promise<string> {
  const { folder, report } = context;
  // What an earlier audit saw must not speak for one that does not come to its end.
  await rm(folder.result("audit"), { force: true });
  const result = (await nothingBegun(context)) ? NOTHING_CREATED : await ask(context);
  await writeJson(folder.result("audit"), result);
  report({ type: "audit.finished", verdict: result.state, left: result.left.length, scope: result.scope });
  return result.state === "clean"
    ? `nothing left in the ${result.scope}`
    : `${result.state}: ${result.left.length} left in the ${result.scope}`;
}

/** Of a run that ended in its preflight: its journal is written ahead of every create. */
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
        return { state: "leaked", scope: answer.scope, left: left(answer), ...doubtsOf(answer.items) };
    } else {
      emptySince ??= now;
      if (now - emptySince >= ports.settle.quietMs) return reconciled(context, answer.scope);
    }
    await ports.clock.sleep(ports.settle.pollMs, signal);
  }
}

/** An empty inventory is believed where everything else that knows of the run agrees with it. */
async function reconciled(context: StageContext, scope: string): Promise<AuditResult> {
  const against = await findDisagreements(context).catch((error: unknown) => {
    if (context.signal.aborted || isLeaseHeld(error)) throw error;
    return [`what else is known of the run cannot be read: ${messageOf(error)}`];
  });
  return against.length === 0
    ? { state: "clean", scope, left: [] }
    : { state: "unverified", scope, left: [], problem: against.join("; ") };
}

/** Why some of what is left was not removed: nobody can say whose it is. */
function doubtsOf(items: readonly InventoryItem[]): { readonly problem?: string } {
  const doubts = items.flatMap(({ kind, name, doubtful }) =>
    doubtful === undefined ? [] : [`${kind} ${name} was not removed: ${doubtful}`],
  );
  return doubts.length === 0 ? {} : { problem: doubts.join("; ") };
}

function left(answer: InventoryAnswer): AuditResult["left"] {
  return seenIn(answer).map(({ id, kind, name, location }) => ({
    id,
    kind,
    name,
    ...(location === undefined ? {} : { location }),
  }));
}
