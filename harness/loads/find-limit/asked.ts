import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { run12 } from "../../model/run-id.ts";
import type { LimitWish } from "./wish.ts";
import type { RecordGround } from "../record.ts";

/** All that a step's outcome depends on and that somebody asked for, as it is kept in a file. */
export type AskedLimit = Readonly<Record<string, unknown>>;

/**
 * What a search asks for, whoever it runs as and however Coder is reached: its own id is left out, since the next
 * search has another one, and so is what ends it.
 */
export function askedOf({
  runId,
  task,
  maxFailures,
  wish,
}: Pick<RecordGround, "runId" | "task" | "maxFailures"> & { readonly wish: LimitWish }): AskedLimit {
  const { deployment, parameters } = task;
  const asked = {
    ...wish,
    ...task,
    ssh: deployment.ssh,
    maxFailures,
    // They may hold secrets.
    parameters: createHash("sha256").update(JSON.stringify(parameters)).digest("hex").slice(0, 16),
    // What JSON leaves out: whom it runs as, where, and what ends it.
    ...{ token: undefined, deployment: undefined, organizationId: undefined },
    ...{ maxSteps: undefined, maxMs: undefined },
  };
  return JSON.parse(JSON.stringify(asked).replaceAll(run12(runId), "<run>")) as AskedLimit;
}

/** In which of its parts a search asks for something else than an earlier one did, as `name then → now`. */
export function askedOtherwise(then: AskedLimit, now: AskedLimit): string[] {
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  return names
    .filter((name) => !isDeepStrictEqual(then[name], now[name]))
    .map((name) => `${name} ${worded(then[name])} → ${worded(now[name])}`);
}

function worded(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}
