import { isBefore, type Moment } from "../../tools/time/moment.ts";
import { readFile } from "node:fs/promises";
import { findStoredEvent, type StoredEvent } from "../../model/ports/event.ts";
import { linesIn } from "../../tools/files/lines.ts";
import type { TerraformOptions, TerraformProgress } from "../../model/ports/terraform.ts";
import { momentOf, type StoredEntry } from "./journal.ts";
import type { RunFolder } from "./run-folder.ts";

type Act = "apply" | "destroy";

const ACTIONS = { apply: "create", destroy: "delete" } as const satisfies Record<
  Act,
  TerraformProgress["action"]
>;

/** Counts what one attempt creates or destroys, also when it fails: Terraform's own summary comes only at a good end. */
export function countingOptions(
  options: TerraformOptions,
  act: Act,
): { readonly options: TerraformOptions; readonly counted: () => number } {
  const addresses = new Set<string>();
  return {
    options: {
      ...options,
      onProgress: (progress) => {
        if (isDone(progress, act)) addresses.add(progress.address);
        options.onProgress?.(progress);
      },
    },
    counted: () => addresses.size,
  };
}

/**
 * How many resources Terraform created in the provision of a run, or destroyed in its teardown, by stack: over every
 * attempt, failed ones and those of killed processes included. An attempt whose process died left no outcome in the
 * journal, so the stored events count too; both are lower bounds, and the larger one is returned.
 */
export async function countResources(
  folder: RunFolder,
  entries: readonly StoredEntry[],
  act: Act,
): Promise<ReadonlyMap<string, number>> {
  const own = act === "apply" ? untilLoad(entries) : entries;
  const since = new Map<string, Moment>();
  const journalled = new Map<string, number>();
  for (const entry of own) {
    if (entry.type === "stack-intent" && entry.act === act && !since.has(entry.stack))
      since.set(entry.stack, momentOf(entry));
    if (entry.type === "stack-outcome" && entry.act === act)
      journalled.set(entry.stack, (journalled.get(entry.stack) ?? 0) + (entry.resources ?? 0));
  }
  const next = act === "apply" ? entries[own.length] : undefined;
  const until = next === undefined ? undefined : momentOf(next);
  const seen = new Map<string, Set<string>>();
  for (const event of await storedEvents(folder)) {
    if (event.type !== "terraform.progress" || !isDone(event.progress, act)) continue;
    const from = since.get(event.stack);
    const at = momentOf(event);
    if (from === undefined || isBefore(at, from) || (until !== undefined && isBefore(until, at))) continue;
    seen.set(event.stack, (seen.get(event.stack) ?? new Set()).add(event.progress.address));
  }
  return new Map(
    [...since.keys()].map((stack) => [
      stack,
      Math.max(journalled.get(stack) ?? 0, seen.get(stack)?.size ?? 0),
    ]),
  );
}

/** The events that are stored so far; none where they cannot be read. */
export async function storedEvents(folder: RunFolder): Promise<readonly StoredEvent[]> {
  // eslint-disable-next-line no-restricted-syntax -- counts only add up, and a teardown goes on without its events.
  const text = await readFile(folder.events).catch(() => Buffer.alloc(0));
  return linesIn(text).flatMap((line) => findStoredEvent(line) ?? []);
}

function isDone({ action, state }: TerraformProgress, act: Act): boolean {
  return action === ACTIONS[act] && state === "complete";
}

/** A comparison applies its release again in the load stage, which is no part of the environment's making. */
function untilLoad(entries: readonly StoredEntry[]): readonly StoredEntry[] {
  const load = entries.findIndex((entry) => entry.type === "stage-intent" && entry.stage === "load");
  return load === -1 ? entries : entries.slice(0, load);
}
