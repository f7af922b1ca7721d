import type { CoderClient } from "../../coder/client.ts";
import type { Workspace } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { DrainTask } from "../../model/ports/worker-task.ts";
import type { Limiter } from "../../tools/time/limiter.ts";
import { listWorkspaces } from "../context/listing.ts";
import type { TaskContext } from "../context/load-context.ts";
import { PollPace } from "../context/poll-pace.ts";
import { isPrebuild, type Prebuilds } from "./prebuilds.ts";
import { ProgressBoard } from "../context/progress-board.ts";
import { removeWorkspace } from "./remove-workspace.ts";

/** What is created again and again is not waited for longer. */
const MAX_PASSES = 3;
/** A reconciler may be late, and what it creates shows a moment later. */
const WAIT_FACTOR = 1.25;
/** Where something creates workspaces and no interval is known. */
const DEFAULT_WAIT_MS = 60_000;

interface Drained {
  readonly task: DrainTask;
  readonly context: TaskContext;
  readonly owner: CoderClient;
  readonly slots: Limiter;
  readonly prebuilds: Prebuilds;
}

/** Deletes the workspaces of a deployment, and those that are created meanwhile, until nothing new comes. */
export class DrainPasses {
  readonly #of: Drained;
  readonly #deadline: number;
  readonly #pollPace: PollPace;
  readonly #board: ProgressBoard;
  readonly #reasons = new Map<string, string>();
  readonly #seen = new Map<string, Workspace>();
  readonly #gone = new Set<string>();

  constructor(of: Drained) {
    const { context, task } = of;
    this.#of = of;
    this.#deadline = context.clock.elapsed() + task.timeoutMs;
    this.#pollPace = new PollPace(context.clock, 1);
    this.#board = new ProgressBoard((event) => context.emit(event), 0);
    this.#board.activity = "deleting";
  }

  /** Returns what a listing still shows once nothing new comes, or once new ones have come too often. */
  async run(): Promise<readonly Workspace[]> {
    const { context, prebuilds } = this.#of;
    const { signal } = context;
    try {
      let found = await this.#list();
      let mayRecur = prebuilds.isAskedFor || found.some(isPrebuild);
      this.#note(`${found.length} workspaces to delete${pauseWords(prebuilds)}`);
      for (let pass = 1; ; pass++) {
        await this.#remove(this.#fresh(found));
        if (mayRecur && !signal.aborted) await this.#awaitReconciler();
        if (signal.aborted) return [];
        found = await this.#list();
        const fresh = this.#fresh(found);
        if (fresh.length === 0 || pass === MAX_PASSES) return found;
        mayRecur = true;
        this.#note(`${fresh.length} workspaces were created during the drain`);
      }
    } finally {
      this.#board.stop();
    }
  }

  /** How many were deleted, those not counted that a last listing still shows. */
  deleted(remaining: readonly Workspace[] = []): number {
    const there = new Set(remaining.map(({ id }) => id));
    if (this.#of.context.signal.aborted) return this.#gone.size;
    return [...this.#seen.keys()].filter((id) => !there.has(id)).length;
  }

  /** What was found and is not known to be gone. */
  notGone(): readonly Workspace[] {
    return [...this.#seen.values()].filter(({ id }) => !this.#gone.has(id));
  }

  /** Why a workspace is still there. */
  reasonOf(workspace: Workspace): string {
    const { state, why } = this.#of.prebuilds;
    const tried = this.#reasons.get(workspace.id);
    if (tried !== undefined) return tried;
    if (this.#seen.has(workspace.id)) return "it is still listed after its delete";
    const again = "it was created while the deployment was drained";
    if (isPrebuild(workspace) && state === "not-paused")
      return `${again}: Coder's prebuilds reconciler could not be paused (${why ?? "no reason given"}); run "coder prebuilds pause", then drain again`;
    const by = isPrebuild(workspace)
      ? ", by another than Coder's prebuilds reconciler, which is paused or absent"
      : "";
    return `${again}${by}: end what creates workspaces of ${workspace.owner_name}, then drain again`;
  }

  async #list(): Promise<readonly Workspace[]> {
    const found = await listWorkspaces(this.#of.owner);
    if (found.ok) return found.value;
    throw new RefbenchError("coder", `what the deployment holds cannot be listed: ${found.failure.message}`);
  }

  /** Those that no pass has tried yet. */
  #fresh(found: readonly Workspace[]): readonly Workspace[] {
    return found.filter(({ id }) => !this.#seen.has(id));
  }

  async #remove(workspaces: readonly Workspace[]): Promise<void> {
    for (const workspace of workspaces) this.#seen.set(workspace.id, workspace);
    this.#board.expect(this.#seen.size);
    await Promise.all(workspaces.map((one) => this.#of.slots.run(() => this.#removeOne(one))));
  }

  async #removeOne({ id }: Workspace): Promise<void> {
    const { context, owner } = this.#of;
    const outcome = await removeWorkspace(id, {
      owner,
      pollPace: this.#pollPace,
      timeoutMs: Math.max(0, this.#deadline - context.clock.elapsed()),
      signal: context.signal,
    });
    if (outcome.state === "left") this.#reasons.set(id, outcome.reason);
    if (outcome.state === "gone") this.#gone.add(id);
    if (outcome.state !== "stopped")
      this.#board.move("waiting", outcome.state === "gone" ? "deleted" : "failed");
  }

  /** Waits until the reconciler has looked once more: only then does an empty listing prove anything. */
  async #awaitReconciler(): Promise<void> {
    const { context, prebuilds } = this.#of;
    const { clock, signal } = context;
    const waitMs = (prebuilds.intervalMs === 0 ? DEFAULT_WAIT_MS : prebuilds.intervalMs) * WAIT_FACTOR;
    const seconds = Math.ceil(waitMs / 1000);
    if (clock.elapsed() + waitMs > this.#deadline)
      throw new RefbenchError(
        "coder",
        `workspaces may be created again within ${seconds} s, and the time for the drain ends before: it is not known whether any remain; drain again with more time`,
      );
    this.#note(`workspaces may be created again: looking once more in ${seconds} s`);
    await clock.sleep(waitMs, signal).catch(() => undefined);
  }

  #note(message: string): void {
    this.#of.context.emit({ type: "note", message });
  }
}

function pauseWords({ state, isAskedFor, why }: Prebuilds): string {
  if (state === "paused" && isAskedFor) return "; Coder's prebuilds reconciler is paused";
  return state === "not-paused"
    ? `; Coder's prebuilds reconciler cannot be paused (${why ?? "no reason given"})`
    : "";
}
