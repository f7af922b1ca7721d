import type { Tags } from "../../model/provisioner-tags.ts";
import type { CoderClient } from "../../coder/client.ts";
import type { Job } from "../../coder/http/schemas.ts";
import type { ProxyDoor } from "../../coder/workspace-proxy.ts";
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
import type { WorkspaceTrace } from "./workspace-trace.ts";
import type { ProgressBoard, WorkspaceState } from "./progress-board.ts";

/** The environment of a worker's task. */
export interface TaskContext {
  /** Aborted by a stop. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  emit(event: WorkerEvent): void;
  /** Absent if the load is not split. */
  readonly others?: OtherParts | undefined;
  /** A folder for files of this task. @default the system's folder for temporary files */
  readonly folder?: string | undefined;
}

/** The other parts of a split load. */
export interface OtherParts {
  /** Waits until every part has reached this point. */
  together(before: string): Promise<void>;
  /** Aborted when one of them stops because the deployment suffers. */
  readonly suffering: AbortSignal;
}

/** The state that all steps of one load share. */
export interface LoadContext {
  readonly task: LoadTask;
  /** Aborted by a stop, and by the load itself when the deployment suffers. */
  readonly signal: AbortSignal;
  /** Resolves at the abort, for code without a signal. */
  readonly stopped: Promise<void>;
  readonly clock: Clock;
  /**
   * The caller, usually a site admin. Its calls continue after the load aborted itself, so that none is cut
   * off.
   */
  readonly admin: CoderClient;
  /** The caller, over connections that only polling uses, so that no measured request waits for one. */
  readonly poller: CoderClient;
  readonly organizationId: string;
  /** Absent if the load uses existing workspaces. */
  readonly templateId: string | undefined;
  /** The tags of its builds, which only provisioners with the same tags run; absent if they are not known. */
  readonly buildTags?: Tags | undefined;
  /** A client for one of the load's users. */
  asUser(token: string): CoderClient;
  /** Reports a message once. */
  note(message: string): void;
  /** Waits for the other parts of the load, so that each stage begins at the same time in all of them. */
  together(before: string): Promise<void>;
  readonly tokens: MintedTokens;
  readonly pollPace: PollPace;
  readonly latencies: Latencies;
  readonly builds: BuildLedger;
  readonly clocks: ClockWatch;
  readonly failures: FailureLedger;
  /** Counts the answers to polling. */
  readonly polls: PollLedger;
  readonly board: ProgressBoard;
  readonly health: HealthWatch;
  /** The workspace proxy at which terminals are opened; absent = at Coder itself. */
  readonly workspaceProxy?: ProxyDoor | undefined;
  /** How SSH reaches workspaces. */
  readonly ssh: SshDoor;
}

export interface LoadUser {
  readonly id: string;
  readonly username: string;
  /**
   * Created by the site admin, so that the load has no login storm, unless the task asks for logins. Empty if
   * there is none.
   */
  readonly token: string;
  /** Made by this load, which deletes it. */
  readonly isOurs: boolean;
}

/** One workspace of the load, from before its creation until after its deletion. */
export interface LoadWorkspace {
  readonly name: string;
  readonly user: LoadUser;
  /** Present if the workspace is in the sample of which spans are made. */
  readonly trace?: WorkspaceTrace;
  state: WorkspaceState;
  id?: string;
  /** When its POST was sent. */
  createdMs?: number;
  /** The agent that the load uses: by id for terminals and apps, by name for SSH. */
  agentId?: string;
  agentName?: string;
  /** False if not all of its agents had started when it was first used. */
  isSettled?: boolean;
  /** False if its builds and agents are older than the load. */
  readonly isMeasured?: boolean;
  /** Its latest start build. */
  buildId?: string;
  job?: Job;
  succeeded: boolean;
}

/** Changes the state of a workspace, also on the progress board. */
export function setState(load: LoadContext, workspace: LoadWorkspace, state: WorkspaceState): void {
  if (workspace.state === state) return;
  load.board.move(workspace.state, state);
  workspace.state = state;
}
