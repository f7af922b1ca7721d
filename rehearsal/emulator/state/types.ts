import type { Tags } from "../../../harness/model/provisioner-tags.ts";
import type { ParsedTemplate, TemplateAgent } from "../template/template-hcl.ts";

/** Somebody who can log in. */
export interface EmulatedUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  roles: readonly string[];
  readonly loginType: string;
  readonly createdAt: string;
  /** One of Coder's own, which no listing shows. */
  readonly isSystem?: boolean;
  status: "active" | "dormant" | "suspended";
  updatedAt: string;
  lastSeenAt: string;
}

/** A session or a token; `<id>-<secret>` is what clients hold. */
export interface ApiKey {
  readonly id: string;
  readonly secret: string;
  readonly userId: string;
  readonly tokenName: string;
  readonly loginType: "password" | "token";
  readonly lifetimeSeconds: number;
  readonly createdAt: string;
  readonly expiresAtMs: number;
}

/** A key with which external provisioners connect. */
export interface ProvisionerKey {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
  /** As they were given; its daemons have Coder's own besides. */
  readonly tags: Tags;
  readonly createdAt: string;
}

export type JobStatus = "pending" | "running" | "succeeded" | "canceling" | "canceled" | "failed";
export type JobType = "template_version_import" | "workspace_build" | "template_version_dry_run";

/** One line of a job's log. */
export interface JobLog {
  readonly id: number;
  readonly created_at: string;
  readonly log_source: "provisioner_daemon" | "provisioner";
  readonly log_level: "info" | "debug" | "warn" | "error";
  readonly stage: string;
  readonly output: string;
}

/** One row of a build's timings. */
export interface StageTiming {
  readonly job_id: string;
  readonly started_at: string;
  readonly ended_at: string;
  readonly stage: "init" | "plan" | "graph" | "apply";
  readonly source: string;
  readonly action: string;
  readonly resource: string;
}

/** One piece of work for a provisioner daemon. */
export interface EmulatedJob {
  readonly id: string;
  readonly type: JobType;
  readonly createdAt: string;
  readonly fileId: string;
  readonly initiatorId: string;
  readonly input: Readonly<Record<string, string>>;
  /** Which daemons take it. */
  readonly tags: Tags;
  readonly logs: JobLog[];
  readonly timings: StageTiming[];
  /** Called on each line, and once without a line when the job is over. */
  readonly followers: Set<(line: JobLog | undefined) => void>;
  status: JobStatus;
  startedAt?: string;
  completedAt?: string;
  canceledAt?: string;
  error?: string;
  errorCode?: string;
  worker?: { readonly id: string; readonly name: string };
}

export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

export interface EmulatedTemplateVersion {
  readonly id: string;
  readonly name: string;
  readonly message: string;
  readonly job: EmulatedJob;
  readonly createdById: string;
  readonly createdAt: string;
  readonly parsed: ParsedTemplate;
  /** `user_variable_values` over the template's own defaults. */
  readonly variables: Readonly<Record<string, string>>;
  readonly resources: Resource[];
  templateId: string | undefined;
  updatedAt: string;
}

export interface EmulatedTemplate {
  readonly id: string;
  readonly createdAt: string;
  readonly createdById: string;
  readonly description: string;
  readonly defaultTtlMs: number;
  name: string;
  displayName: string;
  activeVersionId: string;
  updatedAt: string;
}

/** A resource that a build created for the workspace. */
export interface Resource {
  readonly id: string;
  readonly createdAt: string;
  readonly jobId: string;
  readonly transition: Transition;
  readonly type: string;
  readonly name: string;
  readonly agents: EmulatedAgent[];
}

export interface EmulatedAgent {
  readonly id: string;
  readonly name: string;
  readonly resourceId: string;
  readonly createdAt: string;
  readonly connectionTimeoutSeconds: number;
  readonly apps: readonly { readonly slug: string; readonly subdomain: boolean }[];
  /** Absent for the agents of a template version or a dry run: nothing runs behind those. */
  readonly workspace?: EmulatedWorkspace;
  updatedAt: string;
  lifecycle: "created" | "starting" | "start_error" | "ready" | "off";
  /** The id of the agent that contains it. */
  readonly parentId?: string;
  readonly declared: TemplateAgent;
  readonly logs: {
    readonly id: number;
    readonly at: string;
    readonly level: "info" | "error";
    readonly text: string;
  }[];
  firstConnectedAt?: string;
  startedAt?: string;
  readyAt?: string;
  disconnectedAt?: string;
}

export type Transition = "start" | "stop" | "delete";

export interface EmulatedBuild {
  readonly id: string;
  readonly number: number;
  readonly workspace: EmulatedWorkspace;
  readonly transition: Transition;
  readonly version: EmulatedTemplateVersion;
  readonly initiatorId: string;
  /** Absent = somebody requested it. */
  readonly reason?: "autostart";
  readonly parameters: readonly NamedValue[];
  readonly job: EmulatedJob;
  readonly createdAt: string;
  updatedAt: string;
  deadline?: string;
  resources: Resource[];
}

export interface EmulatedWorkspace {
  readonly id: string;
  readonly ownerId: string;
  readonly templateId: string;
  readonly createdAt: string;
  readonly ttlMs?: number;
  readonly builds: EmulatedBuild[];
  /** Made by the prebuilds reconciler. */
  readonly isPrebuild?: boolean;
  /** When it starts, such as `CRON_TZ=UTC 30 9 * * *`. */
  schedule?: string;
  name: string;
  updatedAt: string;
  lastUsedAt: string;
  deleted: boolean;
}

/** The newest build: every workspace has at least one. */
export function latestBuild(workspace: EmulatedWorkspace): EmulatedBuild {
  const build = workspace.builds.at(-1);
  if (!build) throw new Error(`workspace ${workspace.id} has no build`);
  return build;
}

/** Coder's word for where a build is. */
export function buildStatus(build: EmulatedBuild): string {
  const words = {
    start: { running: "starting", succeeded: "running" },
    stop: { running: "stopping", succeeded: "stopped" },
    delete: { running: "deleting", succeeded: "deleted" },
  } as const;
  const { status } = build.job;
  return status === "running" || status === "succeeded" ? words[build.transition][status] : status;
}

/** Coder's word for an agent's connection. */
export function agentStatus(agent: EmulatedAgent, nowMs: number): string {
  if (agent.disconnectedAt) return "disconnected";
  if (agent.firstConnectedAt) return "connected";
  const waitedMs = nowMs - Date.parse(agent.createdAt);
  return waitedMs > agent.connectionTimeoutSeconds * 1_000 ? "timeout" : "connecting";
}
