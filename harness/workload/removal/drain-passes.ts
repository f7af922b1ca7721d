import { setMaxListeners } from "node:events";
import type { CoderClient } from "../../coder/client.ts";
import type { Workspace } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { DrainTask } from "../../model/ports/worker-task.ts";
import { listWorkspaces, requireList } from "../context/listing.ts";
import type { TaskContext } from "../context/load-context.ts";
import { PollPace } from "../context/poll-pace.ts";
import { isPrebuild, type Prebuilds } from "./prebuilds.ts";
import { NO_PROVISIONER, watchProvisioners } from "./watch-provisioners.ts";
import { ProgressBoard } from "../context/progress-board.ts";
import { removeWorkspaces } from "./remove-workspaces.ts";
import { countOf } from "../../tools/count-text.ts";

/** After this many passes, workspaces that keep being created are not awaited any more. */
const MAX_PASSES = 3;
/** A reconciler may be late, and what it creates appears a moment later. */
const WAIT_FACTOR = 1.25;
/** The wait if something creates workspaces at an unknown interval. */
const DEFAULT_WAIT_MS = 60_000;

interface DrainParts {
  readonly task: DrainTask;
  readonly context: TaskContext;
  readonly admin: CoderClient;
  readonly prebuilds: Prebuilds;
}

/** Deletes the workspaces of a deployment, and those created meanwhile, until no new ones appear. */
export class DrainPasses {
  readonly #parts: DrainParts;
  readonly #deadline: number;
  readonly #pollPace: PollPace;
  readonly #board: ProgressBoard;
  readonly #reasons = new Map<string, string>();
  readonly #seen = new Map<string, Workspace>();
  readonly #gone = new Set<string>();
  /** Nothing runs the delete builds any more. */
  #isAbandoned = false;

  constructor(parts: DrainParts) {
    const { context, task } = parts;
    this.#parts = parts;
    this.#deadline = context.clock.elapsed() + task.timeoutMs;
    this.#pollPace = new PollPace(context.clock, 1);
    this.#board = new ProgressBoard((event) => context.emit(event), 0);
    this.#board.activity = "deleting";
  }

  /** Returns what the listing still shows once no new workspaces appear, or after the last pass. */
  async run(): Promise<readonly Workspace[]> {
    const { context, prebuilds } = this.#parts;
    const { signal } = context;
    try {
      let found = await this.#list();
      let mayRecur = prebuilds.isAskedFor || found.some(isPrebuild);
      this.#note(`${countOf(found.length, "workspace")} to delete${describePause(prebuilds)}`);
      for (let pass = 1; ; pass++) {
        await this.#remove(this.#fresh(found));
        if (mayRecur && !signal.aborted && !this.#isAbandoned) await this.#awaitReconciler();
        if (signal.aborted) return [];
        found = await this.#list();
        const fresh = this.#fresh(found);
        if (fresh.length === 0 || pass === MAX_PASSES) return found;
        mayRecur = true;
        this.#note(`created during the drain: ${countOf(fresh.length, "workspace")}`);
      }
    } finally {
      this.#board.stop();
    }
  }

  /** How many were deleted, without those that a final listing still shows. */
  deleted(remaining: readonly Workspace[] = []): number {
    const there = new Set(remaining.map(({ id }) => id));
    if (this.#parts.context.signal.aborted) return this.#gone.size;
    return [...this.#seen.keys()].filter((id) => !there.has(id)).length;
  }

  /** The workspaces that were found and are not known to be gone. */
  notGone(): readonly Workspace[] {
    return [...this.#seen.values()].filter(({ id }) => !this.#gone.has(id));
  }

  /** Why a workspace remains. */
  explainRemaining(workspace: Workspace): string {
    const { state, why } = this.#parts.prebuilds;
    const tried = this.#reasons.get(workspace.id);
    if (tried !== undefined) return tried;
    if (this.#seen.has(workspace.id)) return "it is still listed after its delete";
    const again = "it was created during the drain";
    if (isPrebuild(workspace) && state === "not-paused")
      return `${again}: Coder's prebuilds reconciler could not be paused (${why ?? "no reason given"}); run "coder prebuilds pause", then drain again`;
    const by = isPrebuild(workspace)
      ? ", but not by Coder's prebuilds reconciler, which is paused or absent"
      : "";
    return `${again}${by}: stop whatever creates workspaces of ${workspace.owner_name}, then drain again`;
  }

  async #list(): Promise<readonly Workspace[]> {
    return requireList(await listWorkspaces(this.#parts.admin), "deployment's workspaces");
  }

  /** The workspaces that no pass has tried yet. */
  #fresh(found: readonly Workspace[]): readonly Workspace[] {
    return found.filter(({ id }) => !this.#seen.has(id));
  }

  async #remove(workspaces: readonly Workspace[]): Promise<void> {
    for (const workspace of workspaces) this.#seen.set(workspace.id, workspace);
    this.#board.expect(this.#seen.size);
    const { context, admin, task } = this.#parts;
    const provisioners = watchProvisioners(admin, context.clock, context.signal);
    const signal = AbortSignal.any([context.signal, provisioners.signal]);
    // Thousands of waits listen to it.
    setMaxListeners(0, signal);
    const { gone, reasons } = await removeWorkspaces(workspaces, {
      client: admin,
      concurrency: task.concurrency,
      pollPace: this.#pollPace,
      timeoutMs: () => Math.max(0, this.#deadline - context.clock.elapsed()),
      signal,
      onEnd: (_, { state }) => {
        if (state !== "stopped") this.#board.move("waiting", state === "gone" ? "deleted" : "failed");
      },
    });
    await provisioners.stop();
    for (const id of gone) this.#gone.add(id);
    for (const [id, reason] of reasons) this.#reasons.set(id, reason);
    if (!provisioners.signal.aborted) return;
    this.#note(NO_PROVISIONER);
    this.#isAbandoned = true;
    for (const { id } of workspaces)
      if (!gone.has(id) && !reasons.has(id)) this.#reasons.set(id, NO_PROVISIONER);
  }

  /** Waits until the reconciler has run again: only then does an empty listing prove anything. */
  async #awaitReconciler(): Promise<void> {
    const { context, prebuilds } = this.#parts;
    const { clock, signal } = context;
    const waitMs = (prebuilds.intervalMs === 0 ? DEFAULT_WAIT_MS : prebuilds.intervalMs) * WAIT_FACTOR;
    const seconds = Math.ceil(waitMs / 1000);
    if (clock.elapsed() + waitMs > this.#deadline)
      throw new RefbenchError(
        "coder",
        `workspaces may be created again within ${seconds} s, but the time for the drain ends earlier: it is not known whether any remain; drain again with more time`,
      );
    this.#note(`workspaces may be created again: checking once more in ${seconds} s`);
    await clock.sleep(waitMs, signal).catch(() => undefined);
  }

  #note(message: string): void {
    this.#parts.context.emit({ type: "note", message });
  }
}

function describePause({ state, isAskedFor, why }: Prebuilds): string {
  if (state === "paused" && isAskedFor) return "; Coder's prebuilds reconciler is paused";
  return state === "not-paused"
    ? `; Coder's prebuilds reconciler cannot be paused (${why ?? "no reason given"})`
    : "";
}
