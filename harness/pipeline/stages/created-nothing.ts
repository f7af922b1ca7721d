import type { StageContext } from "../context/context.ts";
import { listStacks, wasTouched } from "../list-stacks.ts";

/**
 * Whether a run ended in its preflight, so that nothing of it can exist. Its complete journal, written before
 * every create, then has a failed preflight and no stage after it, and no stack's folder was used. Such a
 * teardown needs no answer from a cloud that the run could not enter. A journal with damaged lines proves
 * nothing.
 */
export async function hasCreatedNothing({ folder, journal, ports }: StageContext): Promise<boolean> {
  const { entries, damaged } = await journal.read();
  if (damaged.length > 0 || entries[0]?.type !== "run-made") return false;
  const preflight = entries.findLast(
    (entry) => entry.type === "stage-outcome" && entry.stage === "preflight",
  );
  if (preflight?.type !== "stage-outcome" || preflight.outcome !== "failed") return false;
  const begun = entries.some(
    (entry) =>
      entry.type === "stack-intent" ||
      entry.type === "inventory-seen" ||
      (entry.type === "stage-intent" && MAKING.has(entry.stage)),
  );
  if (begun) return false;
  for (const stack of await listStacks(folder)) {
    const directory = folder.stack(stack);
    if ((await wasTouched(directory)) || ports.terraform.working(directory) !== undefined) return false;
  }
  return true;
}

/** Stages that may create something. */
const MAKING: ReadonlySet<string> = new Set(["provision", "bootstrap", "load"]);
