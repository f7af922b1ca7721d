import { setMaxListeners } from "node:events";
import { failedWith } from "../coder/answer.ts";
import type { User, Workspace } from "../coder/schemas.ts";
import type { Clock } from "../model/clock.ts";
import { type CleanupChoice, type FoundLeftovers, findLeftovers, type LeftToken } from "./cleanup-find.ts";
import type { Caller } from "./guard-caller.ts";
import { Limiter } from "./limiter.ts";
import { PollPace } from "./poll-pace.ts";
import { removeWorkspace } from "./remove-workspace.ts";

/** A create that was under way when its load stopped shows up after the first listing. */
const MAX_PASSES = 3;
const SIMPLE_REQUESTS = 32;
/** A deployment that its load brought down may come back; one that is away for so long is gone. */
const GONE_AFTER_MS = 10_000;
const ASK_AGAIN_MS = 1_000;

export interface CleanupMeans {
  readonly caller: Caller;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Workspaces deleted at once; 0 = all. */
  readonly concurrency: number;
  /** For all of it; 0 = as long as it takes. */
  readonly timeoutMs: number;
  /** For each workspace; 0 = as long as it takes. */
  readonly jobTimeoutMs: number;
  readonly onProgress: (progress: { readonly deleted: number; readonly remaining: number }) => void;
}

export interface LeftBehind {
  readonly kind: "workspace" | "user" | "token";
  readonly id: string;
  readonly name: string;
  readonly reason: string;
}

export interface CleanupResult {
  readonly stopped: boolean;
  readonly deleted: { readonly workspaces: number; readonly users: number; readonly tokens: number };
  /** What is still there, by name, with why. */
  readonly left: readonly LeftBehind[];
}

/**
 * Deletes what refbench's loads left: workspaces (a running build is cancelled first), then users, then tokens. What
 * is left is what a last listing still shows, never what a build claims.
 */
export async function cleanUp(choice: CleanupChoice, means: CleanupMeans): Promise<CleanupResult> {
  const { caller, clock, signal } = means;
  // Thousands of waits listen to the one stop signal.
  setMaxListeners(0, signal);
  const deadlineMs = means.timeoutMs === 0 ? Infinity : clock.now() + means.timeoutMs;
  const work = new Work(means, deadlineMs);
  await awaitAnswer(means);
  for (let pass = 1; pass <= MAX_PASSES && !signal.aborted; pass++) {
    const { workspaces } = await findLeftovers(caller, choice, clock.now());
    if (workspaces.length === 0 || clock.now() > deadlineMs) break;
    await work.removeWorkspaces(workspaces);
  }
  if (!signal.aborted) {
    const { users, tokens } = await findLeftovers(caller, choice, clock.now());
    await work.removeUsers(users);
    await work.removeTokens(tokens);
  }
  if (signal.aborted) return { stopped: true, deleted: work.deleted, left: [] };
  const left = await findLeftovers(caller, choice, clock.now());
  return { stopped: false, deleted: work.deleted, left: leftBehind(left, work.reasons) };
}

async function awaitAnswer({ caller, clock, signal }: CleanupMeans): Promise<void> {
  const goneAtMs = clock.now() + GONE_AFTER_MS;
  for (;;) {
    const info = await caller.client.buildInfo();
    if (info.ok || signal.aborted || clock.now() > goneAtMs) return;
    await clock.sleep(ASK_AGAIN_MS, signal).catch(() => undefined);
  }
}

/** One cleanup under way. */
class Work {
  readonly deleted = { workspaces: 0, users: 0, tokens: 0 };
  /** Why something would not go, by its id. */
  readonly reasons = new Map<string, string>();
  readonly #means: CleanupMeans;
  readonly #deadlineMs: number;
  readonly #pollPace: PollPace;

  constructor(means: CleanupMeans, deadlineMs: number) {
    this.#means = means;
    this.#deadlineMs = deadlineMs;
    this.#pollPace = new PollPace(means.clock, 1);
  }

  async removeWorkspaces(workspaces: readonly Workspace[]): Promise<void> {
    const { caller, clock, signal, concurrency, jobTimeoutMs, onProgress } = this.#means;
    const slots = new Limiter(concurrency);
    let ended = 0;
    onProgress({ deleted: this.deleted.workspaces, remaining: workspaces.length });
    await Promise.all(
      workspaces.map((workspace) =>
        slots.run(async () => {
          const untilDeadlineMs = Math.max(0, this.#deadlineMs - clock.now());
          const timeoutMs = Math.min(jobTimeoutMs === 0 ? Infinity : jobTimeoutMs, untilDeadlineMs);
          const outcome = await removeWorkspace(workspace.id, {
            owner: caller.client,
            pollPace: this.#pollPace,
            timeoutMs,
            signal,
          });
          if (outcome.state === "left") this.reasons.set(workspace.id, outcome.reason);
          if (outcome.state === "gone") this.deleted.workspaces++;
          onProgress({ deleted: this.deleted.workspaces, remaining: workspaces.length - ++ended });
        }),
      ),
    );
  }

  async removeUsers(users: readonly User[]): Promise<void> {
    await this.#each(users, async ({ id }) => {
      const answer = await this.#means.caller.client.deleteUser(id);
      if (answer.ok || failedWith(answer, 404)) this.deleted.users++;
      else this.reasons.set(id, answer.failure.message);
    });
  }

  async removeTokens(tokens: readonly LeftToken[]): Promise<void> {
    await this.#each(tokens, async ({ id, userId }) => {
      const answer = await this.#means.caller.client.deleteToken(userId, id);
      if (answer.ok || failedWith(answer, 404)) this.deleted.tokens++;
      else this.reasons.set(id, answer.failure.message);
    });
  }

  async #each<T>(items: readonly T[], remove: (item: T) => Promise<void>): Promise<void> {
    const slots = new Limiter(SIMPLE_REQUESTS);
    await Promise.all(
      items.map((item) => slots.run(() => (this.#means.signal.aborted ? Promise.resolve() : remove(item)))),
    );
  }
}

function leftBehind(
  { workspaces, users, tokens }: FoundLeftovers,
  reasons: ReadonlyMap<string, string>,
): LeftBehind[] {
  const because = (id: string): string => reasons.get(id) ?? "it is still listed after its delete";
  return [
    ...workspaces.map(({ id, name, owner_name: owner }) => ({
      kind: "workspace" as const,
      id,
      name: `${owner}/${name}`,
      reason: because(id),
    })),
    ...users.map(({ id, username }) => ({ kind: "user" as const, id, name: username, reason: because(id) })),
    ...tokens.map(({ id, name }) => ({ kind: "token" as const, id, name, reason: because(id) })),
  ];
}
