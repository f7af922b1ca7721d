import { isManual } from "../../model/cloud/run-mark.ts";
import { removeInPasses } from "../../model/cloud/removal-passes.ts";
import type { InventoryItem } from "../../model/ports/inventory.ts";
import { seenIn } from "../../model/ports/listing.ts";
import { askPatiently, noteSeen } from "../context/ask-inventory.ts";
import type { StageContext } from "../context/context.ts";
import type { StoredEntry } from "../folder/journal.ts";
import { hasCreatedNothing } from "./created-nothing.ts";
import { listStrays } from "../strays.ts";
import { countOf } from "../../tools/count-text.ts";

/**
 * Removes whatever the inventory still lists of this run. Each removal is a defect of the teardown before it,
 * and is recorded.
 */
export async function sweep(context: StageContext): Promise<string> {
  const { ports, signal, journal, report } = context;
  if (await hasCreatedNothing(context)) return "nothing was created";
  let problem: string | undefined;
  const strays = new Map(listStrays((await journal.read()).entries).map((stray) => [stray.id, stray]));
  const noteStray = async (id: string, fate: "asked" | "gone" | "refused"): Promise<void> => {
    const stray = strays.get(id);
    if (stray !== undefined) await journal.append({ type: "stray", ...stray, fate });
  };
  // Once listed, an item stays until its delete is answered: a later list without it does not end it.
  const open = new Map<string, InventoryItem>();
  const refused = await removeInPasses(
    {
      next: async () => {
        await context.checkLease();
        const answer = await askPatiently(context);
        await noteSeen(context, answer);
        problem = answer.state === "failed" ? answer.reason : undefined;
        for (const item of seenIn(answer)) if (!isManual(item.labels)) open.set(item.id, item);
        return [...open.values()];
      },
      remove: async (item) => {
        await context.checkLease();
        // Written first: a sweep killed after the delete must not leave a stray with an unknown end.
        await noteStray(item.id, "asked");
        const outcome = await ports.inventory.remove(item, signal);
        if (outcome.state === "removed" || outcome.state === "gone") open.delete(item.id);
        if (outcome.state === "gone") await noteStray(item.id, "gone");
        return outcome;
      },
      onRemoved: async ({ id, kind, name }) => {
        await journal.append({ type: "swept", id, kind, name });
        report({ type: "sweep.removed", kind, name });
      },
      clock: ports.clock,
      pollMs: ports.settle.pollMs,
      ...(ports.settle.patienceMs === undefined ? {} : { patienceMs: ports.settle.patienceMs }),
    },
    signal,
  );
  for (const { item, reason } of refused) {
    await noteStray(item.id, "refused");
    const message = `could not be swept: ${item.kind} ${item.name}: ${reason}`;
    report({ type: "note", level: "warning", message });
  }
  const swept = sweptIn((await journal.read()).entries).length;
  const words = `${countOf(swept, "resource")} swept`;
  // A failed answer is not an empty list: the audit asks again and decides.
  if (problem !== undefined) return `the inventory's answer was incomplete (${problem}): ${words}`;
  return swept === 0 ? "nothing to sweep" : `${words} that the teardown had missed`;
}

/** The items that all sweeps of a run removed. An item that returned and was removed again counts once. */
export function sweptIn(
  entries: readonly StoredEntry[],
): readonly { readonly id: string; readonly kind: string; readonly name: string }[] {
  const byId = new Map(
    entries.flatMap((entry) =>
      entry.type === "swept"
        ? [[entry.id, { id: entry.id, kind: entry.kind, name: entry.name }] as const]
        : [],
    ),
  );
  return [...byId.values()];
}
