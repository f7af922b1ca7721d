import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { run12 } from "../../model/run-id.ts";
import type { LimitWish } from "./wish.ts";
import type { RecordInput } from "../record.ts";

/** Every requested value that a step's outcome depends on, as kept in a file. */
export type AskedLimit = Readonly<Record<string, unknown>>;

/**
 * Selects the requested values of a search. Its caller and its way to Coder are left out, as are its id, because the
 * next search has another one, and its limits of steps and time.
 */
export function selectAsked({
  runId,
  task,
  maxFailures,
  wish,
}: Pick<RecordInput, "runId" | "task" | "maxFailures"> & { readonly wish: LimitWish }): AskedLimit {
  const { deployment, parameters } = task;
  const asked = {
    ...wish,
    ...task,
    ssh: deployment.ssh,
    maxFailures,
    // They may hold secrets.
    parameters: createHash("sha256").update(JSON.stringify(parameters)).digest("hex").slice(0, 16),
    // JSON leaves out undefined values: the caller, the place, and the limits of the search.
    ...{ token: undefined, deployment: undefined, organizationId: undefined },
    ...{ maxSteps: undefined, maxMs: undefined },
  };
  return JSON.parse(JSON.stringify(asked).replaceAll(run12(runId), "<run>")) as AskedLimit;
}

/** The values in which a search differs from an earlier one, as `name then → now`. */
export function listDifferences(then: AskedLimit, now: AskedLimit): string[] {
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  return names
    .filter((name) => !isDeepStrictEqual(then[name], now[name]))
    .map((name) => `${name} ${formatValue(then[name])} → ${formatValue(now[name])}`);
}

function formatValue(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}
