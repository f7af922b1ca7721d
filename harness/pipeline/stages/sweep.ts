import { isManual } from "../../model/run-mark.ts";
import { removeInPasses } from "../../model/removal-passes.ts";
import { seenIn } from "../../model/listing.ts";
import { askPatiently, noteSeen } from "../ask-inventory.ts";
import type { StageContext } from "../context.ts";
import type { StoredEntry } from "../journal.ts";
import { nothingBegun } from "../nothing-begun.ts";

/**
 * Removes whatever the inventory still has of this run. Everything removed here is a defect of the teardown before
 * it, and is recorded.
 */
export async function sweep(context: StageContext): Promise<string> {
  const { ports, signal, journal, report } = context;
  if (await nothingBegun(context)) return "nothing was created";
  let problem: string | undefined;
  const refused = await removeInPasses(
    {
      next: async () => {
        await context.checkLease();
        const answer = await askPatiently(context);
        await noteSeen(context, answer);
        problem = answer.state === "failed" ? answer.reason : undefined;
        return seenIn(answer).filter((item) => !isManual(item.labels));
      },
      remove: async (item) => {
        await context.checkLease();
        return ports.inventory.remove(item, signal);
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
    const message = `could not be swept: ${item.kind} ${item.name}: ${reason}`;
    report({ type: "note", level: "warning", message });
  }
  const swept = sweptIn((await journal.read()).entries).length;
  const words = swept === 1 ? "1 resource swept" : `${swept} resources swept`;
  // Its failure is no empty list: the audit asks again and decides.
  if (problem !== undefined) return `the inventory could not be asked in full (${problem}): ${words}`;
  return swept === 0 ? "nothing to sweep" : `${words} that the teardown had missed`;
}

/** What all sweeps of a run removed; something that came back and was removed again counts once. */
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
