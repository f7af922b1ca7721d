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

/**
 * Counts what one attempt creates or destroys, also when it fails: Terraform prints its own summary only on
 * success.
 */
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
 * How many resources Terraform created in a run's provision stage, or destroyed in its teardown, per stack.
 * All attempts count, including failed and killed ones. A killed attempt has no outcome in the journal, so
 * the stored events count too. Both are lower bounds; the larger one is returned.
 */
export async function countResources(
  folder: RunFolder,
  entries: readonly StoredEntry[],
  act: Act,
): Promise<ReadonlyMap<string, number>> {
  const own = act === "apply" ? untilLoad(entries) : entries;
  const journalled = new Map<string, number>();
  for (const entry of own) {
    if (entry.type === "stack-outcome" && entry.act === act)
      journalled.set(entry.stack, (journalled.get(entry.stack) ?? 0) + (entry.resources ?? 0));
  }
  const seen = new Map<string, Set<string>>();
  for (const { stack, progress } of await actEvents(folder, entries, act)) {
    if (isDone(progress, act)) seen.set(stack, (seen.get(stack) ?? new Set()).add(progress.address));
  }
  return new Map(
    [...begunStacks(own, act).keys()].map((stack) => [
      stack,
      Math.max(journalled.get(stack) ?? 0, seen.get(stack)?.size ?? 0),
    ]),
  );
}

/** What Terraform reported of the resources while a run's environment was created, in the order of the reports. */
export async function provisionEvents(
  folder: RunFolder,
  entries: readonly StoredEntry[],
): Promise<readonly ProgressEvent[]> {
  return actEvents(folder, entries, "apply");
}

/** A stored event about one resource. */
export type ProgressEvent = Extract<StoredEvent, { type: "terraform.progress" }>;

/** The events of an act's stacks, each from the stack's first intent on; of a creation those before the load. */
async function actEvents(
  folder: RunFolder,
  entries: readonly StoredEntry[],
  act: Act,
): Promise<readonly ProgressEvent[]> {
  const own = act === "apply" ? untilLoad(entries) : entries;
  const since = begunStacks(own, act);
  const next = act === "apply" ? entries[own.length] : undefined;
  const until = next === undefined ? undefined : momentOf(next);
  return (await storedEvents(folder)).filter((event): event is ProgressEvent => {
    if (event.type !== "terraform.progress") return false;
    const from = since.get(event.stack);
    const at = momentOf(event);
    return from !== undefined && !isBefore(at, from) && !(until !== undefined && isBefore(until, at));
  });
}

/** When each stack was first begun. */
function begunStacks(entries: readonly StoredEntry[], act: Act): ReadonlyMap<string, Moment> {
  const since = new Map<string, Moment>();
  for (const entry of entries) {
    if (entry.type === "stack-intent" && entry.act === act && !since.has(entry.stack))
      since.set(entry.stack, momentOf(entry));
  }
  return since;
}

/** The events stored so far; empty if they cannot be read. */
export async function storedEvents(folder: RunFolder): Promise<readonly StoredEvent[]> {
  // eslint-disable-next-line no-restricted-syntax -- counts are lower bounds, and a teardown must continue without its events.
  const text = await readFile(folder.events).catch(() => Buffer.alloc(0));
  return linesIn(text).flatMap((line) => findStoredEvent(line) ?? []);
}

function isDone({ action, state }: TerraformProgress, act: Act): boolean {
  return action === ACTIONS[act] && state === "complete";
}

/**
 * Excludes the load stage: a comparison applies its release again there, which does not belong to the
 * environment's creation.
 */
function untilLoad(entries: readonly StoredEntry[]): readonly StoredEntry[] {
  const load = entries.findIndex((entry) => entry.type === "stage-intent" && entry.stage === "load");
  return load === -1 ? entries : entries.slice(0, load);
}
