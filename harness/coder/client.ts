import { z } from "zod";
import { startDeadline } from "../tools/time/deadline.ts";
import { type Try, retry } from "../tools/time/retry.ts";
import type { Answer, CoderFailure } from "./http/answer.ts";
import type { CoderCall, CoderHttp } from "./http/http.ts";
import * as schemas from "./http/schemas.ts";

/** Page size of listings: Coder's own clients use it. */
export const PAGE_SIZE = 100;

/**
 * The largest answer about one thing; a workspace with its agents has about 20 KiB. Thousands of these are
 * read at the same time, while listings are read one after another.
 */
export const MAX_ONE_BYTES = 2 ** 20;

const WEEK_MS = 7 * 24 * 3600 * 1000;

export interface Caller {
  readonly token?: string;
  /** Whether the caller is a site admin, whose calls bypass the rate limit. */
  readonly isSiteAdmin: boolean;
}

/** Whether the user is a site admin: Coder's API calls that role `owner`. */
export function isSiteAdmin({ roles }: Pick<schemas.User, "roles">): boolean {
  return roles.some(({ name }) => name === "owner");
}

export interface NewUser {
  readonly username: string;
  readonly email: string;
  /** Absent: nobody can log in as the user; a site admin creates the tokens. */
  readonly password?: string;
  readonly organizationId: string;
}

export interface NewWorkspace {
  readonly templateId: string;
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly ttlMs: number;
  readonly presetId?: string | undefined;
}

/**
 * A restarting Coder answers again within this time. One that is gone would otherwise be asked until the
 * deadline.
 */
export const PATIENCE_MS = 60_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

export interface ClientOptions {
  /**
   * How long a repeatable call is retried while its failure may pass, in milliseconds. @default 0, as
   * measured calls need
   */
  readonly patienceMs?: number;
  /** W3C trace context that every request carries. */
  readonly traceparent?: string | undefined;
  /** Called with each answer. */
  readonly onAnswer?: (answer: Answer<unknown>) => void;
}

/** Coder's API as one caller: the site admin, a user, or nobody yet. */
export class CoderClient {
  readonly http: CoderHttp;
  readonly #caller: Caller;
  readonly #signal: AbortSignal;
  readonly #options: ClientOptions;

  constructor(http: CoderHttp, caller: Caller, signal: AbortSignal, options: ClientOptions = {}) {
    this.http = http;
    this.#caller = caller;
    this.#signal = signal;
    this.#options = options;
  }

  /**
   * The same caller for set-up and clean-up. Retries a GET, a DELETE or the cancel of a build when its
   * connection fails or the answer is 5xx or 429, for this long or until its signal aborts. Never use it for
   * measured calls.
   */
  patient(patienceMs = PATIENCE_MS): CoderClient {
    return new CoderClient(this.http, this.#caller, this.#signal, { ...this.#options, patienceMs });
  }

  /** The same caller, whose requests carry this W3C trace context; itself without one. */
  traced(traceparent: string | undefined): CoderClient {
    if (traceparent === undefined) return this;
    return new CoderClient(this.http, this.#caller, this.#signal, { ...this.#options, traceparent });
  }

  /** The same caller, with another signal. */
  with(signal: AbortSignal): CoderClient {
    return new CoderClient(this.http, this.#caller, signal, this.#options);
  }

  /** Makes calls that end after this many milliseconds, even in the middle of an answer. */
  async within<T>(ms: number, make: (client: CoderClient) => Promise<T>): Promise<T> {
    const deadline = startDeadline(ms, this.#signal);
    try {
      return await make(this.with(deadline.signal));
    } finally {
      deadline.release();
    }
  }

  healthz = (): Promise<Answer<unknown>> =>
    this.http.call({
      method: "GET",
      path: "/healthz",
      schema: schemas.anything,
      signal: this.#signal,
      timeoutMs: 5000,
    });

  buildInfo = () => this.#get("/buildinfo", schemas.buildInfo);

  createFirstUser = (admin: { email: string; username: string; password: string }) =>
    this.#send("POST", "/users/first", schemas.anything, { ...admin, trial: false });

  login = (email: string, password: string) =>
    this.#send("POST", "/users/login", schemas.sessionToken, { email, password });

  me = () => this.#one("/users/me", schemas.user);

  /** A key is `<id>-<secret>`. */
  mintToken = (userId: string, name: string, lifetimeMs = WEEK_MS) =>
    this.#send("POST", `/users/${userId}/keys/tokens`, schemas.apiKey, {
      // Nanoseconds.
      lifetime: lifetimeMs * 1e6,
      token_name: name,
    });

  tokenConfig = (userId: string) =>
    this.#get(`/users/${userId}/keys/tokens/tokenconfig`, schemas.tokenConfig);

  /** Whether the deployment's rules accept the password; 404 on older servers. */
  validatePassword = (password: string) =>
    this.#send("POST", "/users/validate-password", schemas.passwordCheck, { password });

  tokens = (userId: string) => this.#get(`/users/${userId}/keys/tokens`, schemas.tokens);

  deleteToken = (userId: string, keyId: string) =>
    this.#send("DELETE", `/users/${userId}/keys/${keyId}`, schemas.anything);

  /** 404 on builds without licences. */
  entitlements = () => this.#get("/entitlements", schemas.entitlements);

  /** 404 on builds without licences. */
  quota = (organizationId: string, userId: string) =>
    this.#get(`/organizations/${organizationId}/members/${userId}/workspace-quota`, schemas.quota);

  /** How clients reach agents: relays, and whether they may connect directly; 404 on older servers. */
  connectionInfo = () => this.#get("/workspaceagents/connection", schemas.connectionInfo);

  /** Coder itself as `primary`, and its workspace proxies. */
  regions = () => this.#get("/regions", schemas.regions);

  /** A token for one terminal at a workspace proxy's `ws` URL; 404 on builds without licences. */
  signTerminal = (agentId: string, url: string) =>
    this.#send("POST", "/applications/reconnecting-pty-signed-token", schemas.signedToken, {
      url,
      agentID: agentId,
    });

  deploymentConfig = () => this.#get("/deployment/config", schemas.deploymentConfig);

  addLicence = (licence: string) => this.#send("POST", "/licenses", schemas.anything, { license: licence });

  organizations = () => this.#get("/organizations", z.array(schemas.organization));

  /** Coder's default page has only 50 daemons. */
  provisionerDaemons = (organizationId: string) =>
    this.#get(
      `/organizations/${organizationId}/provisionerdaemons?limit=1000`,
      z
        .array(schemas.provisionerDaemon)
        .nullable()
        .transform((list) => list ?? []),
    );

  /** 404 on builds without licences, 403 without a licence for external provisioners. */
  provisionerKeys = (organizationId: string) =>
    this.#get(`/organizations/${organizationId}/provisionerkeys`, schemas.provisionerKeys);

  /** Makes a key for external provisioners, which get its tags. Its secret is in this answer only. */
  createProvisionerKey = (
    organizationId: string,
    key: { readonly name: string; readonly tags: Readonly<Record<string, string>> },
  ) =>
    this.#send(
      "POST",
      `/organizations/${organizationId}/provisionerkeys`,
      schemas.createdProvisionerKey,
      key,
    );

  deleteProvisionerKey = (organizationId: string, name: string) =>
    this.#send(
      "DELETE",
      `/organizations/${organizationId}/provisionerkeys/${encodeURIComponent(name)}`,
      schemas.anything,
    );

  /** 404 on builds without licences. */
  replicas = () => this.#get("/replicas", z.array(schemas.replica));

  uploadFile = (tar: Buffer): Promise<Answer<{ hash: string }>> =>
    this.#call({
      method: "POST",
      path: "/files",
      schema: schemas.uploadedFile,
      body: { bytes: tar, type: "application/x-tar" },
    });

  template = (organizationId: string, name: string) =>
    this.#get(`/organizations/${organizationId}/templates/${encodeURIComponent(name)}`, schemas.template);

  templates = (organizationId: string) =>
    this.#get(`/organizations/${organizationId}/templates`, schemas.templates);

  /** Those of all organizations. */
  allTemplates = () => this.#get("/templates", schemas.templates);

  deleteTemplate = (id: string) => this.#send("DELETE", `/templates/${id}`, schemas.anything);

  createTemplate = (organizationId: string, name: string, versionId: string) =>
    this.#send("POST", `/organizations/${organizationId}/templates`, schemas.template, {
      name,
      template_version_id: versionId,
    });

  createTemplateVersion = (
    organizationId: string,
    version: {
      readonly fileId: string;
      readonly templateId?: string;
      readonly variables: Readonly<Record<string, string>>;
      /** Which provisioners run its builds. @default those without tags */
      readonly tags?: Readonly<Record<string, string>>;
      /** `echo` is Coder's own for tests, which no provisioner of a deployment runs. @default "terraform" */
      readonly provisioner?: "echo";
    },
  ) =>
    this.#send("POST", `/organizations/${organizationId}/templateversions`, schemas.templateVersion, {
      storage_method: "file",
      file_id: version.fileId,
      provisioner: version.provisioner ?? "terraform",
      tags: version.tags ?? {},
      user_variable_values: pairs(version.variables),
      ...(version.templateId === undefined ? {} : { template_id: version.templateId }),
    });

  cancelTemplateVersion = (id: string) =>
    this.#send("PATCH", `/templateversions/${id}/cancel`, schemas.anything);

  templateVersion = (id: string) => this.#get(`/templateversions/${id}`, schemas.templateVersion);

  richParameters = (versionId: string) =>
    this.#get(`/templateversions/${versionId}/rich-parameters`, schemas.richParameters);

  /**
   * Evaluates the parameters with these values for a user, whom Coder requires; 404 before dynamic
   * parameters.
   */
  evaluateParameters = (versionId: string, ownerId: string, inputs: Readonly<Record<string, string>>) =>
    this.#call({
      method: "POST",
      path: `/templateversions/${versionId}/dynamic-parameters/evaluate`,
      schema: schemas.evaluatedParameters,
      json: { id: 0, owner_id: ownerId, inputs },
    });

  importLog = (versionId: string) => this.#get(`/templateversions/${versionId}/logs`, schemas.log);

  buildLog = (buildId: string) => this.#get(`/workspacebuilds/${buildId}/logs`, schemas.log);

  agentLog = (agentId: string) => this.#get(`/workspaceagents/${agentId}/logs`, schemas.log);

  presets = (versionId: string) => this.#get(`/templateversions/${versionId}/presets`, schemas.presets);

  externalAuth = (versionId: string) =>
    this.#get(`/templateversions/${versionId}/external-auth`, schemas.externalAuths);

  versionResources = (versionId: string) =>
    this.#get(`/templateversions/${versionId}/resources`, schemas.versionResources);

  activateTemplateVersion = (templateId: string, versionId: string) =>
    this.#send("PATCH", `/templates/${templateId}/versions`, schemas.anything, { id: versionId });

  createUser = (user: NewUser) =>
    this.#send("POST", "/users", schemas.user, {
      username: user.username,
      email: user.email,
      ...(user.password === undefined
        ? { login_type: "none" }
        : { login_type: "password", password: user.password }),
      user_status: "active",
      organization_ids: [user.organizationId],
    });

  users = (offset: number) => this.#get(`/users?limit=${PAGE_SIZE}&offset=${offset}`, schemas.userPage);

  deleteUser = (id: string) => this.#send("DELETE", `/users/${id}`, schemas.anything);

  /** Gives the user these site-wide roles and no others. */
  setRoles = (id: string, roles: readonly string[]) =>
    this.#send("PUT", `/users/${id}/roles`, schemas.anything, { roles });

  /** 404 before Coder had inboxes. */
  inbox = () => this.#get("/notifications/inbox", schemas.anything);

  notificationsSettings = () => this.#get("/notifications/settings", schemas.notificationsSettings);

  dispatchMethods = () => this.#get("/notifications/dispatch-methods", schemas.dispatchMethods);

  createWorkspace = (userId: string, workspace: NewWorkspace) =>
    this.#send("POST", `/users/${userId}/workspaces`, schemas.workspace, {
      template_id: workspace.templateId,
      name: workspace.name,
      rich_parameter_values: pairs(workspace.parameters),
      ttl_ms: workspace.ttlMs,
      ...(workspace.presetId === undefined ? {} : { template_version_preset_id: workspace.presetId }),
    });

  workspace = (id: string) => this.#one(`/workspaces/${id}`, schemas.workspace);

  workspaces = (offset: number) =>
    this.#get(`/workspaces?limit=${PAGE_SIZE}&offset=${offset}`, schemas.workspacePage);

  cancelBuild = (id: string) =>
    this.#call({
      method: "PATCH",
      path: `/workspacebuilds/${id}/cancel`,
      schema: schemas.anything,
      mayRepeat: true,
      maxBytes: MAX_ONE_BYTES,
    });

  deleteWorkspace = (id: string) =>
    this.#send("POST", `/workspaces/${id}/builds`, schemas.build, { transition: "delete" });

  startWorkspace = (id: string) =>
    this.#send("POST", `/workspaces/${id}/builds`, schemas.build, { transition: "start" });

  stopWorkspace = (id: string) =>
    this.#send("POST", `/workspaces/${id}/builds`, schemas.build, { transition: "stop" });

  /** Starts the workspace by a schedule, such as `CRON_TZ=UTC 30 9 * * *`; undefined ends it. */
  scheduleStart = (id: string, schedule: string | undefined) =>
    this.#call({
      method: "PUT",
      path: `/workspaces/${id}/autostart`,
      schema: schemas.anything,
      json: { schedule: schedule ?? null },
      mayRepeat: true,
      maxBytes: MAX_ONE_BYTES,
    });

  /** For example `*.apps.example.com`; empty if apps have no separate hosts. */
  applicationsHost = () => this.#get("/applications/host", schemas.applicationsHost);

  /** 404 on servers before they kept timings. */
  buildTimings = (buildId: string) => this.#get(`/workspacebuilds/${buildId}/timings`, schemas.buildTimings);

  deploymentStats = () => this.#get("/deployment/stats", schemas.deploymentStats);

  prebuildsSettings = () => this.#get("/prebuilds/settings", schemas.prebuildsSettings);

  /** Stops Coder from creating and deleting prebuilt workspaces until somebody resumes it. */
  pausePrebuilds = () =>
    this.#send("PUT", "/prebuilds/settings", schemas.anything, { reconciliation_paused: true });

  #get<T>(path: string, schema: z.ZodType<T>): Promise<Answer<T>> {
    return this.#call({ method: "GET", path, schema });
  }

  #one<T>(path: string, schema: z.ZodType<T>): Promise<Answer<T>> {
    return this.#call({ method: "GET", path, schema, maxBytes: MAX_ONE_BYTES });
  }

  #send<T>(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    schema: z.ZodType<T>,
    json?: unknown,
  ): Promise<Answer<T>> {
    const maxBytes = MAX_ONE_BYTES;
    return this.#call({ method, path, schema, maxBytes, ...(json === undefined ? {} : { json }) });
  }

  async #call<T>({ mayRepeat, ...call }: ClientCall<T>): Promise<Answer<T>> {
    const { patienceMs = 0, onAnswer } = this.#options;
    const isPatient = patienceMs > 0 && (mayRepeat ?? (call.method === "GET" || call.method === "DELETE"));
    const answer = isPatient ? await this.#again(call, patienceMs) : await this.#once(call);
    onAnswer?.(answer);
    return answer;
  }

  async #again<T>(call: ClientCall<T>, forMs: number): Promise<Answer<T>> {
    const { clock } = this.http;
    const patience = { clock, firstWaitMs: FIRST_WAIT_MS, longestWaitMs: LONGEST_WAIT_MS, forMs };
    let last: Answer<T> | undefined;
    const once = async (): Promise<Try<Answer<T>>> => {
      last = await this.#once(call);
      return { outcome: last, mayPass: !last.ok && mayPass(last.failure) };
    };
    try {
      return await retry(once, { ...patience, signal: this.#signal });
    } catch (error) {
      // Stopped between two tries: the last answer explains the retry.
      if (last !== undefined && this.#signal.aborted) return last;
      throw error;
    }
  }

  #once<T>(call: Omit<ClientCall<T>, "mayRepeat">): Promise<Answer<T>> {
    return this.http.call({
      ...call,
      path: `/api/v2${call.path}`,
      signal: this.#signal,
      traceparent: this.#options.traceparent,
      bypassRateLimit: this.#caller.isSiteAdmin,
      ...(this.#caller.token === undefined ? {} : { token: this.#caller.token }),
    });
  }
}

type ClientCall<T> = Omit<CoderCall<T>, "signal"> & {
  /** Whether a second call does no more than the first. @default as its method promises */
  readonly mayRepeat?: boolean;
};

/** Whether the same call may succeed later. */
function mayPass({ kind, status = 0 }: CoderFailure): boolean {
  if (kind === "status") return status >= 500 && status !== 501;
  return kind === "unreachable" || kind === "timeout" || kind === "rate-limited";
}

function pairs(values: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
