import type { ResourceSeconds } from "../../model/record/record.ts";
import { type Moment, msBetween } from "../../tools/time/moment.ts";
import { momentOf } from "../folder/journal.ts";
import type { ProgressEvent } from "../folder/resource-counts.ts";

/**
 * Returns how long the creates of each kind took, by Terraform's own reports of their start and end. Its
 * `elapsed_seconds` has whole seconds, so the stamps of the reports are used. A create without a start counts nowhere.
 */
export function measureResourceSeconds(
  events: readonly ProgressEvent[],
): Readonly<Record<string, ResourceSeconds>> {
  const begun = new Map<string, Moment>();
  const byKind = new Map<string, number[]>();
  for (const event of events) {
    const { address, action, state } = event.progress;
    if (action !== "create") continue;
    const key = `${event.stack} ${address}`;
    if (state === "started") begun.set(key, momentOf(event));
    const start = begun.get(key);
    if (state !== "complete" || start === undefined) continue;
    const kind = kindOf(address);
    byKind.set(kind, [...(byKind.get(kind) ?? []), msBetween(start, momentOf(event)).ms]);
    begun.delete(key);
  }
  return Object.fromEntries(
    [...byKind]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([kind, ms]) => [kind, summaryOf(ms)]),
  );
}

/** `google_sql_user` of `google_sql_user.user` and of `module.m.google_sql_user.user[0]`. */
function kindOf(address: string): string {
  return /(?:^|\.)([a-z][a-z0-9_]*)\.[\w-]+(?:\[.*\])?$/.exec(address)?.[1] ?? address;
}

function summaryOf(ms: readonly number[]): ResourceSeconds {
  const sorted = ms.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? 0;
  const high = sorted[Math.floor(middle)] ?? low;
  return {
    count: sorted.length,
    medianSeconds: seconds((low + high) / 2),
    longestSeconds: seconds(sorted.at(-1) ?? 0),
  };
}

/** To a hundredth. */
function seconds(ms: number): number {
  return Math.round(ms / 10) / 100;
}
