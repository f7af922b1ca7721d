import { once, setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Gauges } from "../metrics/gauges.ts";
import type { EmulatedJob } from "../state/types.ts";
import { now } from "../state/world.ts";
import type { World } from "../state/world.ts";
import { DURATION_MODEL, stageDurations, BUILD_STEPS } from "../duration-model.ts";
import type { BuildStep } from "../duration-model.ts";
import { endOfLog, formatLogLine } from "./job-log.ts";
import { BuildQueue } from "./queue.ts";
import type { Daemon } from "./queue.ts";

const STAGE_NAMES = {
  init: "Initializing Terraform Directory",
  plan: "Planning Infrastructure",
  graph: "Building Graph",
  apply: "Applying Infrastructure",
} as const satisfies Record<BuildStep, string>;

/** The effects of a job, besides its duration. */
export interface BuildWork {
  readonly kind: "start" | "stop" | "delete" | "import" | "dry-run";
  /** Terraform's last words when the job is to fail; undefined lets it succeed. */
  failure?():
    | {
        readonly error: string;
        readonly code?: string;
        /** @default "failed" */
        readonly outcome?: "failed" | "canceled";
        readonly stage: BuildStep;
        /** Lines of its log that tell more than the job's own error. */
        readonly log?: readonly string[];
      }
    | undefined;
  /** Returns whether the job runs until it is cancelled. */
  isEndless?(): boolean;
  /** After the last stage, before the job reports its end. */
  finish(outcome: "succeeded" | "failed" | "canceled"): void;
}

/** Why a job ends whose daemon went away: Coder notices when the daemon has sent nothing for five minutes. */
const HUNG = "Build has been detected as hung for 5 minutes and will be terminated.";

/** The provisioner daemons: takes jobs off the queue and lets each take its modelled time. */
export class Provisioner {
  readonly queue: BuildQueue;
  readonly #world: World;
  readonly #gauges: Gauges;
  readonly #closed = new AbortController();
  readonly #cancelled = new Map<string, AbortController>();
  #jobs = 0;

  constructor(world: World, gauges: Gauges, replicas: number, daemonsEach: number) {
    this.#gauges = gauges;
    // Every pause listens to it: hundreds of jobs and agents at once.
    setMaxListeners(0, this.#closed.signal);
    this.#world = world;
    this.queue = new BuildQueue(replicas, daemonsEach);
  }

  submit(job: EmulatedJob, work: BuildWork): void {
    this.#jobs += 1;
    const number = this.#jobs;
    this.queue.submit({ id: job.id, tags: job.tags, run: (daemon) => this.#run(job, work, number, daemon) });
  }

  /** Cancels a job that is not over; false when it is. */
  cancel(job: EmulatedJob, work: BuildWork | undefined): boolean {
    if (job.status === "pending") {
      if (this.queue.withdraw(job.id)) {
        job.canceledAt = now();
        this.#end(job, work, "canceled");
        return true;
      }
    }
    if (job.status !== "pending" && job.status !== "running") return false;
    job.canceledAt = now();
    job.status = "canceling";
    this.#cancelled.get(job.id)?.abort();
    return true;
  }

  /** An external daemon went away: its job hangs, and fails once Coder notices. */
  disconnect(daemon: Daemon): void {
    this.queue.disconnect(daemon);
    this.#cancelled.get(daemon.current ?? "")?.abort(HUNG);
  }

  close(): void {
    this.#closed.abort();
  }

  /** Waits, shortened by `buildSpeed`; rejects when the emulator closes. */
  async pause(milliseconds: number, signal = this.#closed.signal): Promise<void> {
    await delay(milliseconds / this.#world.config.buildSpeed, undefined, { signal });
  }

  async #run(job: EmulatedJob, work: BuildWork, number: number, daemon: Daemon): Promise<void> {
    const world = this.#world;
    const cancelled = new AbortController();
    this.#cancelled.set(job.id, cancelled);
    const signal = AbortSignal.any([cancelled.signal, this.#closed.signal]);
    job.startedAt = now();
    job.status = "running";
    const startedMs = Date.now();
    const of = job.type === "workspace_build" ? ["initiator", job.type, work.kind] : ["", job.type, ""];
    this.#gauges.queueWait.observe(of.join(" "), (startedMs - Date.parse(job.createdAt)) / 1_000);
    job.worker = { id: daemon.id, name: daemon.name };
    try {
      formatLogLine(world, job, "provisioner_daemon", "Setting up", "");
      await this.pause(DURATION_MODEL.setUp, signal);
      if (work.isEndless?.() === true) {
        await once(signal, "abort");
        signal.throwIfAborted();
      }
      const failure = work.failure?.();
      const durations = stageDurations(number, work.kind);
      for (const stage of BUILD_STEPS) {
        if (durations[stage] === 0) continue;
        await this.#stage(job, stage, durations[stage], signal);
        if (failure?.stage === stage) {
          job.error = failure.error;
          if (failure.code !== undefined) job.errorCode = failure.code;
          for (const line of failure.log ?? [`Error: ${failure.error}`])
            formatLogLine(world, job, "provisioner", STAGE_NAMES[stage], line, "error");
          this.#end(job, work, failure.outcome ?? "failed");
          return;
        }
      }
      formatLogLine(world, job, "provisioner_daemon", "Cleaning Up", "");
      this.#end(job, work, "succeeded");
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      if (!cancelled.signal.aborted) throw error;
      if (cancelled.signal.reason === HUNG) {
        await this.pause(DURATION_MODEL.hung).then(
          () => {
            job.error = HUNG;
            this.#end(job, work, "failed");
          },
          () => undefined,
        );
        return;
      }
      await this.pause(DURATION_MODEL.cancel).catch(() => undefined);
      job.error = "provisioner daemon: canceled";
      this.#end(job, work, "canceled");
    } finally {
      this.#cancelled.delete(job.id);
    }
  }

  async #stage(job: EmulatedJob, stage: BuildStep, milliseconds: number, signal: AbortSignal): Promise<void> {
    const startedAt = now();
    formatLogLine(this.#world, job, "provisioner_daemon", STAGE_NAMES[stage], "");
    await this.pause(milliseconds, signal);
    formatLogLine(this.#world, job, "provisioner", STAGE_NAMES[stage], `terraform ${stage}: done`, "debug");
    job.timings.push({
      job_id: job.id,
      started_at: startedAt,
      ended_at: now(),
      stage,
      source: "coder",
      action: "terraform",
      resource: `coder_stage_${stage}`,
    });
  }

  #end(job: EmulatedJob, work: BuildWork | undefined, outcome: "succeeded" | "failed" | "canceled"): void {
    job.completedAt = now();
    job.status = outcome;
    if (job.startedAt !== undefined) {
      const seconds = (Date.now() - Date.parse(job.startedAt)) / 1_000;
      this.#gauges.jobDuration.observe(outcome === "succeeded" ? "success" : "failed", seconds);
    }
    work?.finish(outcome);
    endOfLog(job);
  }
}
