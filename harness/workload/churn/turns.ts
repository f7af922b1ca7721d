import { type LoadContext, type LoadWorkspace, setState } from "../context/load-context.ts";
import { deleteWorkspaces } from "../removal/delete-all.ts";
import { startAgain } from "../workspaces/start-workspace.ts";
import { stopWorkspace } from "../workspaces/stop-workspace.ts";
import { runWorkspace } from "../workspaces/run-workspace.ts";
import type { Places } from "./places.ts";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Requests of the turns that the server fulfilled, over the whole load. */
export interface TurnRequests {
  created: number;
  deleted: number;
}

/** What happened to workspaces since the last look. */
export interface TurnCounts {
  restarted: number;
  replaced: number;
}

/**
 * Takes workspaces, one after the other, through a stop and a start, or through a deletion and a new creation. A
 * workspace whose turn failed is replaced, because nobody knows what state it is in.
 */
export class Turns {
  readonly #load: LoadContext;
  readonly #workspaces: readonly LoadWorkspace[];
  readonly #places: Places;
  readonly #busy = new Map<LoadWorkspace, Promise<void>>();
  readonly requests: TurnRequests = { created: 0, deleted: 0 };
  #counts: TurnCounts = { restarted: 0, replaced: 0 };
  #next = 0;
  #isOver = false;

  constructor(load: LoadContext, workspaces: readonly LoadWorkspace[], places: Places) {
    this.#load = load;
    this.#workspaces = workspaces;
    this.#places = places;
  }

  /** Stops and starts the next workspace that is not at it already. */
  restart(dueMs: number): void {
    this.#take((workspace) => this.#restart(workspace, dueMs));
  }

  /** Deletes the next workspace and makes it again. */
  replace(dueMs: number): void {
    this.#take((workspace) => this.#replace(workspace, dueMs));
  }

  /** Resolves when no workspace is at it any more. One that cannot be made again is given up after some attempts. */
  async settled(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#busy.values());
  }

  /** What happened since the last call. */
  take(): TurnCounts {
    const counts = this.#counts;
    this.#counts = { restarted: 0, replaced: 0 };
    return counts;
  }

  /** Workspaces that are ready, and those that were deleted and could not be made again. */
  get standing(): { readonly ready: number; readonly missing: number } {
    const missing = this.#workspaces.filter(({ id }) => id === undefined).length;
    return { ready: this.#workspaces.filter(isReady).length, missing };
  }

  #take(turn: (workspace: LoadWorkspace) => Promise<void>): void {
    for (let tried = 0; tried < this.#workspaces.length; tried++) {
      const workspace = this.#workspaces[this.#next++ % this.#workspaces.length];
      if (workspace === undefined || this.#busy.has(workspace)) continue;
      this.#places.leave(workspace);
      this.#busy.set(workspace, this.#finish(workspace, turn(workspace)));
      return;
    }
  }

  /** Waits for a turn, then replaces its workspace until that succeeds: Coder may have restarted meanwhile. */
  async #finish(workspace: LoadWorkspace, turn: Promise<void>): Promise<void> {
    await turn;
    const { clock, signal } = this.#load;
    for (let waitMs = FIRST_WAIT_MS; !isReady(workspace) && !signal.aborted; waitMs *= 2) {
      if (this.#isOver && waitMs > LONGEST_WAIT_MS) break;
      await clock.sleep(Math.min(waitMs, LONGEST_WAIT_MS), signal).catch(() => undefined);
      await this.#replace(workspace, performance.now());
    }
    this.#busy.delete(workspace);
    if (isReady(workspace)) this.#places.enter(workspace);
  }

  async #restart(workspace: LoadWorkspace, dueMs: number): Promise<void> {
    if (!(await stopWorkspace(this.#load, workspace, dueMs))) return;
    await startAgain(this.#load, workspace, performance.now());
    if (isReady(workspace)) this.#counts.restarted++;
  }

  async #replace(workspace: LoadWorkspace, dueMs: number): Promise<void> {
    await deleteWorkspaces(this.#load, [workspace]);
    if (workspace.state !== "deleted") return;
    this.requests.deleted++;
    forget(workspace);
    setState(this.#load, workspace, "waiting");
    await runWorkspace(this.#load, workspace, dueMs);
    if (workspace.id !== undefined) this.requests.created++;
    if (isReady(workspace)) this.#counts.replaced++;
  }
}

/** Leaves of a deleted workspace what its successor has too: name and user. */
function forget(workspace: LoadWorkspace): void {
  delete workspace.id;
  delete workspace.createdMs;
  delete workspace.agentId;
  delete workspace.agentName;
  delete workspace.isSettled;
  delete workspace.buildId;
  delete workspace.job;
  workspace.succeeded = false;
}

function isReady({ state, agentId, succeeded }: LoadWorkspace): boolean {
  return state === "ready" && agentId !== undefined && succeeded;
}
