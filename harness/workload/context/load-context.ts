import type { CoderClient } from "../../coder/client.ts";
import type { Job } from "../../coder/http/schemas.ts";
import type { SshDoor } from "../../coder/ssh/ssh-door.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { WorkerEvent } from "../../model/ports/worker.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { BuildLedger } from "./builds.ts";
import type { ClockWatch } from "./clock-watch.ts";
import type { FailureLedger } from "./failures.ts";
import type { HealthWatch } from "../generator/generator-health.ts";
import type { Latencies } from "../generator/histogram.ts";
import type { MintedTokens } from "./minted-tokens.ts";
import type { PollLedger } from "./poll-ledger.ts";
import type { PollPace } from "./poll-pace.ts";
import type { ProgressBoard, WorkspaceState } from "./progress-board.ts";

/** What a task of the shard program runs in. */
export interface TaskContext {
  /** Aborted by a stop. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  emit(event: WorkerEvent): void;
  /** Absent where a load is no part of one. */
  readonly others?: OtherParts | undefined;
  /** For files of this task, where it has a folder of its own. @default the system's for temporary ones */
  readonly folder?: string | undefined;
}

/** The other parts of the load that this one is a part of. */
export interface OtherParts {
  /** Waits until every part is there. */
  together(before: string): Promise<void>;
  /** Aborted when one of them stops by itself because the deployment suffers. */
  readonly suffering: AbortSignal;
}

/** What every step of one load shares. */
export interface LoadContext {
  readonly task: LoadTask;
  /** Aborted by a stop, and by the load itself when the deployment suffers. */
  readonly signal: AbortSignal;
  /** Resolves at the abort, for what has no signal of its own. */
  readonly stopped: Promise<void>;
  readonly clock: Clock;
  /** The caller, who is an owner as a rule. Its calls go on after the load aborted itself, so that none is cut. */
  readonly owner: CoderClient;
  /** The caller over sockets that only polling uses, so that no measured request waits for one. */
  readonly poller: CoderClient;
  readonly organizationId: string;
  /** Absent when the load goes to workspaces that exist. */
  readonly templateId: string | undefined;
  /** Coder as one of its users. */
  asUser(token: string): CoderClient;
  /** Tells the reader something, once. */
  note(message: string): void;
  /** Waits for the other parts of the load, so that each stage begins at once in all of them. */
  together(before: string): Promise<void>;
  readonly tokens: MintedTokens;
  readonly pollPace: PollPace;
  readonly latencies: Latencies;
  readonly builds: BuildLedger;
  readonly clocks: ClockWatch;
  readonly failures: FailureLedger;
  /** Counts what the poller is answered. */
  readonly polls: PollLedger;
  readonly board: ProgressBoard;
  readonly health: HealthWatch;
  /** How SSH reaches workspaces. */
  readonly ssh: SshDoor;
}

export interface LoadUser {
  readonly id: string;
  readonly username: string;
  /** Minted by the owner, so that no login storm is part of the load, unless the task asks for logins. Empty when there is none. */
  readonly token: string;
  /** Made by this load, which deletes it. */
  readonly isOurs: boolean;
}

/** One workspace of the load, from before its creation to after its deletion. */
export interface LoadWorkspace {
  readonly name: string;
  readonly user: LoadUser;
  state: WorkspaceState;
  id?: string;
  /** When its POST was sent. */
  createdMs?: number;
  /** The agent that the load goes to: by its id for terminals and apps, by its name for SSH. */
  agentId?: string;
  agentName?: string;
  /** False where its agents had not all started when it was first used. */
  isSettled?: boolean;
  /** False where its builds and agents are older than the load. */
  readonly isMeasured?: boolean;
  /** Its latest start build. */
  buildId?: string;
  job?: Job;
  succeeded: boolean;
}

/** Moves a workspace on, on the board too. */
export function setState(load: LoadContext, workspace: LoadWorkspace, state: WorkspaceState): void {
  if (workspace.state === state) return;
  load.board.move(workspace.state, state);
  workspace.state = state;
}
