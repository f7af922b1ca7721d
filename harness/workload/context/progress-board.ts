import type { WorkerEvent } from "../../model/ports/worker.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import type { LoadProgress, LoadStage } from "../../model/record/worker-result.ts";

/** At most four progress events a second. */
const EVERY_MS = 250;

export type WorkspaceState = "waiting" | "queued" | "building" | "ready" | "failed" | "deleted";

/** The current state of the load, reported at most four times a second and only after a change. */
export class ProgressBoard {
  #activity = "creating users";
  #stage: LoadStage | undefined;
  #pinned: string | undefined;
  users = 0;
  readonly connections = { wanted: 0, terminal: 0, ssh: 0, failed: 0 };
  readonly workspaces: Record<WorkspaceState, number>;
  readonly #emit: (event: WorkerEvent) => void;
  readonly #timer: NodeJS.Timeout;
  #total: number;
  #plan: LoadProgress["plan"];
  #daemons = 0;
  #succeededBuilds = 0;
  #buildMs = 0;
  #commands = 0;
  #reportedCommands = 0;
  #reportedAtMs = performance.now();
  #reported = "";

  constructor(emit: (event: WorkerEvent) => void, workspaces: number) {
    this.#emit = emit;
    this.#total = workspaces;
    this.workspaces = { waiting: workspaces, queued: 0, building: 0, ready: 0, failed: 0, deleted: 0 };
    this.#timer = setInterval(() => this.#report(), EVERY_MS);
    this.#timer.unref();
  }

  get activity(): string {
    return this.#pinned ?? this.#activity;
  }

  set activity(activity: string) {
    this.#activity = activity;
  }

  /** Undefined before the first measured stage and after the last one. */
  get stage(): LoadStage | undefined {
    return this.#stage;
  }

  set stage(stage: LoadStage | undefined) {
    if (this.#pinned === undefined) this.#stage = stage;
  }

  /** Shows this activity in this stage whatever is set, until it is called without any: loads overlap meanwhile. */
  pin(activity: string | undefined): void {
    this.#pinned = activity;
  }

  /** Verified answers so far. */
  get commands(): number {
    return this.#commands;
  }

  /** Sets what the load intends to reach; `daemons` is 0 where their number is not known. */
  setPlan({ users, login, concurrency, arrival, connections }: LoadTask, daemons: number): void {
    const { rampPerSecond, holdMs } = connections;
    this.#plan = {
      users: login === "host" ? 1 : users,
      concurrency,
      connectionsPerSecond: rampPerSecond,
      holdMs,
    };
    // On a schedule the daemons wait for arrivals, so their number says nothing about the time that remains.
    this.#daemons = arrival === undefined ? daemons : 0;
  }

  /** Counts a successful build of this duration in milliseconds. */
  addBuild(durationMs: number): void {
    this.#succeededBuilds++;
    this.#buildMs += Math.max(0, durationMs);
  }

  /** Sets the number of workspaces, if it is known only after a search. */
  expect(workspaces: number): void {
    this.workspaces.waiting += workspaces - this.#total;
    this.#total = workspaces;
  }

  move(from: WorkspaceState, to: WorkspaceState): void {
    this.workspaces[from]--;
    this.workspaces[to]++;
  }

  answered(): void {
    this.#commands++;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#report();
  }

  #report(): void {
    const now = performance.now();
    const seconds = (now - this.#reportedAtMs) / 1000;
    const commandsPerSecond =
      seconds === 0 ? 0 : Math.round((this.#commands - this.#reportedCommands) / seconds);
    const { queued, building, ready, failed, deleted } = this.workspaces;
    const progress: LoadProgress = {
      activity: this.activity,
      users: this.users,
      workspaces: { total: this.#total, queued, building, ready, failed, deleted },
      connections: { ...this.connections },
      commandsPerSecond,
      ...(this.#plan === undefined ? {} : { plan: this.#plan }),
      ...this.#builds(),
    };
    this.#reportedCommands = this.#commands;
    this.#reportedAtMs = now;
    const text = JSON.stringify(progress);
    if (text === this.#reported) return;
    this.#reported = text;
    this.#emit({ type: "progress", progress });
  }

  #builds(): Pick<LoadProgress, "builds"> {
    const [daemons, succeeded] = [this.#daemons, this.#succeededBuilds];
    if (daemons === 0 || succeeded === 0) return {};
    return { builds: { daemons, succeeded, meanMs: Math.round(this.#buildMs / succeeded) } };
  }
}
