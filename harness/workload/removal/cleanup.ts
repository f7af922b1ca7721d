import { setMaxListeners } from "node:events";
import type { Workspace } from "../../coder/http/schemas.ts";
import type { Clock } from "../../tools/time/clock.ts";
import { type Deadline, startDeadline } from "../../tools/time/deadline.ts";
import { seenIn } from "../../model/ports/listing.ts";
import { type CleanupChoice, findLeftovers, listUnasked } from "./cleanup-find.ts";
import type { GuardedCaller } from "../checks/guard-caller.ts";
import { type LeftBehind, nameTemplates, nameTokens, nameUsers, nameWorkspaces } from "./left-behind.ts";
import { PollPace } from "../context/poll-pace.ts";
import { type RemovalMeans, type Removals, removeTemplates, removeTokens, removeUsers } from "./remove.ts";
import { removeWorkspaces } from "./remove-workspaces.ts";

/** A workspace whose creation was in progress when its load stopped appears after the first listing. */
const MAX_PASSES = 3;
const SIMPLE_REQUESTS = 32;
/**
 * A deployment that its load brought down may come back. After this long without an answer it counts as gone.
 */
const GONE_AFTER_MS = 10_000;
/** How long the final listing may take after the deadline, whenever it starts. */
const FINAL_LISTING_MS = 10_000;

export interface CleanupMeans {
  readonly caller: GuardedCaller;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How many workspaces are deleted at once; 0 = all. */
  readonly concurrency: number;
  /** Time limit for everything except a final listing of at most 10 s; 0 = none. */
  readonly timeoutMs: number;
  /** How long the final listing may take beyond `timeoutMs`. @default 10,000 */
  readonly lastLookMs?: number;
  /** Time limit for each workspace; 0 = none. */
  readonly jobTimeoutMs: number;
  readonly onProgress: (progress: { readonly deleted: number; readonly remaining: number }) => void;
}

export interface CleanupResult {
  readonly stopped: boolean;
  readonly deleted: {
    readonly workspaces: number;
    readonly users: number;
    readonly templates: number;
    readonly tokens: number;
  };
  /** The remaining items, by name, with the reason. */
  readonly left: readonly LeftBehind[];
  /** The failures of the final listing, one sentence each. `left` is complete only if this is empty. */
  readonly unasked: readonly string[];
}

/**
 * Deletes what refbench's loads left: workspaces (after cancelling their running builds), then users
 * and templates, then tokens. `left` is what a final listing still shows, whatever builds claim.
 */
export async function cleanUp(choice: CleanupChoice, means: CleanupMeans): Promise<CleanupResult> {
  const { signal } = means;
  // Thousands of waits listen to the one stop signal.
  setMaxListeners(0, signal);
  const timeoutMs = means.timeoutMs === 0 ? Infinity : means.timeoutMs;
  const deadline = startDeadline(timeoutMs, signal);
  const lastLook = startDeadline(timeoutMs + (means.lastLookMs ?? FINAL_LISTING_MS), signal);
  setMaxListeners(0, deadline.signal);
  try {
    return await cleanUpUntil(deadline, lastLook, { choice, means });
  } finally {
    deadline.release();
    lastLook.release();
  }
}

async function cleanUpUntil(
  deadline: Deadline,
  lastLook: Deadline,
  { choice, means }: { readonly choice: CleanupChoice; readonly means: CleanupMeans },
): Promise<CleanupResult> {
  const { caller, clock, signal } = means;
  // Retry only while the deployment answers or may soon answer again: do not wait for one that is gone.
  const asking = caller.client.with(deadline.signal);
  const isThere = (await asking.patient(GONE_AFTER_MS).buildInfo()).ok;
  const patience = isThere ? undefined : 0;
  const work = new Work({ ...means, caller: { ...caller, client: asking.patient(patience) } }, deadline);
  try {
    await work.removeAll(choice);
  } catch (error) {
    // At the deadline, the final listing shows what remains.
    if (!deadline.isOver()) throw error;
  }
  if (signal.aborted)
    return { stopped: true, deleted: work.deleted, left: [], unasked: ["it was stopped before its end"] };
  const last = caller.client.with(lastLook.signal).patient(patience);
  const left = await findLeftovers({ ...caller, client: last }, choice, clock.now());
  const defaultReason = deadline.isOver()
    ? `not deleted within the ${means.timeoutMs} ms of this cleanup`
    : "it is still listed after its delete";
  const explain = ({ id }: { readonly id: string }): string => work.reasons.get(id) ?? defaultReason;
  return {
    stopped: false,
    deleted: work.deleted,
    left: [
      ...nameWorkspaces(seenIn(left.workspaces), explain),
      ...nameUsers(seenIn(left.users), explain),
      ...nameTemplates(seenIn(left.templates), explain),
      ...nameTokens(seenIn(left.tokens), explain),
    ],
    unasked: listUnasked(left),
  };
}

/** One running cleanup. */
class Work {
  readonly deleted = { workspaces: 0, users: 0, templates: 0, tokens: 0 };
  /** Why an item could not be deleted, by its id. */
  readonly reasons = new Map<string, string>();
  readonly #means: CleanupMeans;
  readonly #deadline: Deadline;
  readonly #pollPace: PollPace;

  constructor(means: CleanupMeans, deadline: Deadline) {
    this.#means = means;
    this.#deadline = deadline;
    this.#pollPace = new PollPace(means.clock, 1);
  }

  /** Removes workspaces, then users and templates, then tokens. Returns early at a stop or at the deadline. */
  async removeAll(choice: CleanupChoice): Promise<void> {
    const { caller, clock } = this.#means;
    const { signal } = this.#deadline;
    for (let pass = 1; pass <= MAX_PASSES && !signal.aborted; pass++) {
      const workspaces = seenIn((await findLeftovers(caller, choice, clock.now())).workspaces);
      if (workspaces.length === 0) break;
      await this.#removeWorkspaces(workspaces);
    }
    if (signal.aborted) return;
    const { users, templates, tokens } = await findLeftovers(caller, choice, clock.now());
    this.#add("users", await removeUsers(seenIn(users), this.#options(SIMPLE_REQUESTS)));
    this.#add("templates", await removeTemplates(seenIn(templates), this.#options(SIMPLE_REQUESTS)));
    this.#add("tokens", await removeTokens(seenIn(tokens), this.#options(SIMPLE_REQUESTS)));
  }

  async #removeWorkspaces(workspaces: readonly Workspace[]): Promise<void> {
    const { concurrency, jobTimeoutMs, onProgress } = this.#means;
    let deleted = this.deleted.workspaces;
    let ended = 0;
    onProgress({ deleted, remaining: workspaces.length });
    const removals = await removeWorkspaces(workspaces, {
      ...this.#options(concurrency),
      pollPace: this.#pollPace,
      timeoutMs: () => (jobTimeoutMs === 0 ? Infinity : jobTimeoutMs),
      onEnd: (_, { state }) => {
        if (state === "gone") deleted++;
        onProgress({ deleted, remaining: workspaces.length - ++ended });
      },
    });
    this.#add("workspaces", removals);
  }

  #options(concurrency: number): RemovalMeans {
    return { client: this.#means.caller.client, concurrency, signal: this.#deadline.signal };
  }

  #add(kind: keyof CleanupResult["deleted"], { gone, reasons }: Removals): void {
    this.deleted[kind] += gone.size;
    for (const [id, reason] of reasons) this.reasons.set(id, reason);
  }
}
