import { createHash, randomBytes, randomUUID } from "node:crypto";
import { type Tags, UNTAGGED } from "../../../harness/model/provisioner-tags.ts";
import type { EmulatorConfig } from "../config.ts";
import type {
  EmulatedAgent,
  ApiKey,
  EmulatedBuild,
  EmulatedJob,
  JobType,
  EmulatedTemplate,
  EmulatedTemplateVersion,
  EmulatedUser,
  EmulatedWorkspace,
  ProvisionerKey,
} from "./types.ts";

const WEEK_SECONDS = 7 * 24 * 3600;

/** Everything one emulated deployment knows; what Coder would keep in Postgres. */
export class World {
  readonly config: EmulatorConfig;
  readonly deploymentId = randomUUID();
  readonly startedAt = now();
  readonly organization = { id: randomUUID(), name: "coder", displayName: "Coder", createdAt: now() };
  readonly users = new Map<string, EmulatedUser>();
  readonly usersByName = new Map<string, EmulatedUser>();
  readonly usersByEmail = new Map<string, EmulatedUser>();
  readonly keys = new Map<string, ApiKey>();
  readonly files = new Map<string, Buffer>();
  /** File ids by SHA-256: the same bytes again are the same file. */
  readonly filesByDigest = new Map<string, string>();
  readonly versions = new Map<string, EmulatedTemplateVersion>();
  readonly templates = new Map<string, EmulatedTemplate>();
  readonly workspaces = new Map<string, EmulatedWorkspace>();
  /** Living workspaces by `<owner id>/<lower-case name>`. */
  readonly workspacesByName = new Map<string, EmulatedWorkspace>();
  readonly builds = new Map<string, EmulatedBuild>();
  readonly agents = new Map<string, EmulatedAgent>();
  readonly jobs = new Map<string, EmulatedJob>();
  /** By name, which is the same in upper and lower case. */
  readonly provisionerKeys = new Map<string, ProvisionerKey>();
  /** What receives the notifications of each user, by id, while their inbox is followed. */
  readonly inboxes = new Map<string, Set<(notification: unknown) => void>>();
  readonly licences: { readonly id: number; readonly uuid: string; readonly uploadedAt: string }[] = [];
  #logs = 0;

  constructor(config: EmulatorConfig) {
    this.config = config;
  }

  addUser(fields: {
    email: string;
    username: string;
    password: string;
    name?: string;
    roles?: readonly string[];
    active: boolean;
    loginType?: string;
    isSystem?: boolean;
  }): EmulatedUser {
    const at = now();
    const user: EmulatedUser = {
      id: randomUUID(),
      username: fields.username,
      email: fields.email,
      name: fields.name ?? "",
      passwordHash: hashOf(fields.password),
      roles: fields.roles ?? [],
      loginType: fields.loginType ?? "password",
      createdAt: at,
      ...(fields.isSystem === undefined ? {} : { isSystem: fields.isSystem }),
      status: fields.active ? "active" : "dormant",
      updatedAt: at,
      lastSeenAt: NEVER,
    };
    this.users.set(user.id, user);
    this.usersByName.set(user.username.toLowerCase(), user);
    this.usersByEmail.set(user.email.toLowerCase(), user);
    return user;
  }

  removeUser(user: EmulatedUser): void {
    this.users.delete(user.id);
    this.usersByName.delete(user.username.toLowerCase());
    this.usersByEmail.delete(user.email.toLowerCase());
    for (const key of this.keys.values()) if (key.userId === user.id) this.keys.delete(key.id);
  }

  /** Mints a key and returns what the client holds. */
  addKey(user: EmulatedUser, token?: { readonly name: string; readonly lifetimeSeconds?: number }): string {
    const lifetimeSeconds = token?.lifetimeSeconds ?? WEEK_SECONDS;
    const key: ApiKey = {
      id: randomText(10),
      secret: randomText(22),
      userId: user.id,
      tokenName: token?.name ?? "",
      loginType: token ? "token" : "password",
      lifetimeSeconds,
      createdAt: now(),
      expiresAtMs: Date.now() + lifetimeSeconds * 1_000,
    };
    this.keys.set(key.id, key);
    return `${key.id}-${key.secret}`;
  }

  addJob(fields: {
    type: JobType;
    fileId: string;
    initiatorId: string;
    input: Readonly<Record<string, string>>;
    /** @default those of a template without tags */
    tags?: Tags;
  }): EmulatedJob {
    const job: EmulatedJob = {
      ...fields,
      tags: fields.tags ?? UNTAGGED,
      id: randomUUID(),
      createdAt: now(),
      logs: [],
      timings: [],
      followers: new Set(),
      status: "pending",
    };
    this.jobs.set(job.id, job);
    return job;
  }

  /** Log ids rise over the whole deployment, as a database sequence does. */
  nextLogId(): number {
    this.#logs += 1;
    return this.#logs;
  }

  activeVersion(template: EmulatedTemplate): EmulatedTemplateVersion {
    const version = this.versions.get(template.activeVersionId);
    if (!version) throw new Error(`template ${template.id} has no active version`);
    return version;
  }

  workspacesOf(userId: string): EmulatedWorkspace[] {
    return [...this.workspaces.values()].filter(({ ownerId, deleted }) => ownerId === userId && !deleted);
  }
}

/** Go's zero time: Coder's "never". */
export const NEVER = "0001-01-01T00:00:00Z";

/** Go's zero UUID: Coder's "none". */
export const NIL_UUID = "00000000-0000-0000-0000-000000000000";

export function now(): string {
  return new Date().toISOString();
}

/** A cheap digest: the emulator's passwords protect nothing. */
export function hashOf(password: string): string {
  return createHash("sha256").update(password).digest("hex");
}

/** Letters and digits, as Coder's keys have. */
export function randomText(length: number): string {
  const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz0123456789";
  return Array.from(randomBytes(length), (byte) => alphabet.charAt(byte % alphabet.length)).join("");
}
