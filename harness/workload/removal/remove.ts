import type { CoderClient } from "../../coder/client.ts";
import { type Answer, type CoderFailure, failedWith } from "../../coder/http/answer.ts";
import { takeTurns } from "../context/take-turns.ts";

/** The outcome of deleting one thing. */
export type Removal =
  | { readonly state: "gone" }
  /** It may still exist. `failure` is the failed call, if it was one. */
  | { readonly state: "left"; readonly reason: string; readonly failure?: CoderFailure }
  /** The signal aborted first. */
  | { readonly state: "stopped" };

/** When a removal was due, started and ended, by `performance.now()`. */
export interface RemovalTimes {
  readonly dueMs: number;
  readonly startedMs: number;
  readonly endMs: number;
}

export interface RemovalMeans {
  readonly client: CoderClient;
  /** How many are removed at the same time; 0 = all. */
  readonly concurrency: number;
  /** Once it aborts, no further removal starts. */
  readonly signal: AbortSignal;
}

export interface RemovalOptions<T> extends RemovalMeans {
  readonly onEnd?: (item: T, removal: Removal, times: RemovalTimes) => void;
}

/** The outcomes of all of them, by id. Items whose removal was stopped are in neither. */
export interface Removals {
  readonly gone: ReadonlySet<string>;
  /** Why the others may still exist. */
  readonly reasons: ReadonlyMap<string, string>;
}

interface Identified {
  readonly id: string;
}

/** Deletes users. Coder refuses a user who still has workspaces. */
export function removeUsers<T extends Identified>(
  users: readonly T[],
  options: RemovalOptions<T>,
): Promise<Removals> {
  return removeEach(users, options, async ({ id }) => toRemoval(await options.client.deleteUser(id)));
}

/** Deletes templates. Coder refuses one that still has workspaces. */
export function removeTemplates<T extends Identified>(
  templates: readonly T[],
  options: RemovalOptions<T>,
): Promise<Removals> {
  return removeEach(templates, options, async ({ id }) => toRemoval(await options.client.deleteTemplate(id)));
}

/** Deletes tokens and sessions. The tokens of a deleted user go with the user. */
export function removeTokens<T extends Identified & { readonly userId: string }>(
  tokens: readonly T[],
  options: RemovalOptions<T>,
): Promise<Removals> {
  return removeEach(tokens, options, async ({ id, userId }) =>
    toRemoval(await options.client.deleteToken(userId, id)),
  );
}

/** Removes each item in its turn. Failures are values in the result. */
export async function removeEach<T extends Identified>(
  items: readonly T[],
  { concurrency, signal, onEnd }: RemovalOptions<T>,
  remove: (item: T) => Promise<Removal>,
): Promise<Removals> {
  const gone = new Set<string>();
  const reasons = new Map<string, string>();
  await takeTurns(items, concurrency, async (item, dueMs) => {
    if (signal.aborted) return;
    const startedMs = performance.now();
    const removal = await remove(item);
    if (removal.state === "gone") gone.add(item.id);
    if (removal.state === "left") reasons.set(item.id, removal.reason);
    onEnd?.(item, removal, { dueMs, startedMs, endMs: performance.now() });
  });
  return { gone, reasons };
}

/** A thing that Coder does not know is gone: an earlier delete without an answer may have succeeded. */
function toRemoval(answer: Answer<unknown>): Removal {
  if (answer.ok || failedWith(answer, 404, 410)) return { state: "gone" };
  const { failure } = answer;
  return failure.kind === "aborted"
    ? { state: "stopped" }
    : { state: "left", reason: failure.message, failure };
}
