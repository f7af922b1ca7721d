import type { CoderClient } from "../coder/client.ts";
import type { Job } from "../coder/schemas.ts";
import type { Clock } from "../model/clock.ts";
import type { LoadTask, ShardEvent } from "../model/shard.ts";
import type { FailureLedger } from "./failures.ts";
import type { HealthWatch } from "./generator-health.ts";
import type { Latencies } from "./histogram.ts";
import type { Limiter } from "./limiter.ts";
import type { PollPace } from "./poll-pace.ts";
import type { ProgressBoard, WorkspaceState } from "./progress-board.ts";

/** What a task of the shard program runs in. */
export interface TaskContext {
  /** Aborted by a stop. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  emit(event: ShardEvent): void;
}

/** What every step of one load shares. */
export interface LoadContext {
  readonly task: LoadTask;
  readonly signal: AbortSignal;
  /** Resolves at the stop, for what has no signal of its own. */
  readonly stopped: Promise<void>;
  readonly clock: Clock;
  readonly owner: CoderClient;
  readonly organizationId: string;
  readonly templateId: string;
  /** Coder as one of its users. */
  asUser(token: string): CoderClient;
  readonly pollPace: PollPace;
  readonly latencies: Latencies;
  readonly failures: FailureLedger;
  readonly board: ProgressBoard;
  readonly health: HealthWatch;
  readonly limits: {
    /** Measured requests in flight: what waits here is late by its intended start. */
    readonly requests: Limiter;
    readonly terminals: Limiter;
    readonly ssh: Limiter;
  };
}

export interface LoadUser {
  readonly id: string;
  readonly username: string;
  /** Minted by the owner, so that no login storm is part of the load. */
  readonly token: string;
}

/** One workspace of the load, from before its creation to after its deletion. */
export interface LoadWorkspace {
  readonly name: string;
  readonly user: LoadUser;
  state: WorkspaceState;
  id?: string;
  /** When its POST was sent. */
  createdMs?: number;
  agentId?: string;
  /** Of its start build. */
  job?: Job;
  succeeded: boolean;
}

/** Moves a workspace on, on the board too. */
export function setState(load: LoadContext, workspace: LoadWorkspace, state: WorkspaceState): void {
  if (workspace.state === state) return;
  load.board.move(workspace.state, state);
  workspace.state = state;
}
