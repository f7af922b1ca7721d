import { randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2 from "ssh2";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";
import { clientName } from "../../../harness/model/cloud/client-name.ts";
import { FakeShell, type ShellFault } from "./fake-coder-shell.ts";
import { newSshKey } from "../../../stacks/ssh-key.ts";

const PTY = /^\/api\/v2\/workspaceagents\/([^/]+)\/(pty|refbench-ssh)$/;

/** What goes wrong in a fake Coder, by the names of users and workspaces. */
export interface FakeFaults {
  readonly refuseUser?: readonly string[];
  readonly refuseWorkspace?: readonly string[];
  /** Creates it and loses the answer. */
  readonly loseWorkspace?: readonly string[];
  readonly failBuild?: readonly string[];
  /** Its first start build fails, the next ones succeed. */
  readonly failFirstBuild?: readonly string[];
  /** Its build is refused: no quota is left. */
  readonly noQuota?: readonly string[];
  /** `POST /users` of these says that no seat is left. */
  readonly noSeat?: readonly string[];
  readonly stuckBuild?: readonly string[];
  readonly stuckAgent?: readonly string[];
  readonly refuseTerminal?: readonly string[];
  readonly silentTerminal?: readonly string[];
  /** Never answers the upgrade. */
  readonly hangTerminal?: readonly string[];
  /** After so many terminals no token but the owner's is known any more. */
  readonly expireAfterTerminals?: number;
  readonly refuseSsh?: readonly string[];
  readonly shell?: Readonly<Record<string, ShellFault>>;
  /** Its delete builds fail for ever. */
  readonly failDelete?: readonly string[];
  /** Its first delete build ends canceled and the workspace stays. */
  readonly cancelDelete?: readonly string[];
  readonly refuseUserDelete?: readonly string[];
  /** Answers the first so many calls of `POST /users` with 429. */
  readonly throttleUsers?: number;
  readonly throttleWorkspaces?: number;
  readonly failImport?: string;
  /** `GET /buildinfo` fails after so many. */
  readonly failBuildInfoAfter?: number;
}

export interface FakeOptions {
  readonly faults?: FakeFaults;
  readonly daemons?: readonly string[];
  readonly buildMs?: number;
  /** Nothing is answered from `afterMs` after the first workspace was asked for, for `forMs`. */
  readonly freeze?: { readonly afterMs: number; readonly forMs: number };
  /** By `METHOD /path`: nothing is answered before so many of these wait for an answer at once; the first `after` are. */
  readonly gather?: readonly { readonly call: RegExp; readonly count: number; readonly after?: number }[];
  /** Of the template's version, as `rich-parameters` tells. @default one number `home_disk_size` */
  readonly parameters?: readonly Record<string, unknown>[];
  /** What `dynamic-parameters/evaluate` makes of the values; 404 when absent. */
  readonly evaluate?: (inputs: unknown) => unknown;
  /** Fields of the template, and of its version, over the usual ones. */
  readonly template?: Record<string, unknown>;
  readonly version?: Record<string, unknown>;
  /** Lines of logs: of imports, of every build, of every agent. */
  readonly importLog?: readonly Record<string, unknown>[];
  readonly buildLog?: readonly Record<string, unknown>[];
  readonly agentLog?: readonly Record<string, unknown>[];
  /** Fields of each agent by its name, over those of one that is ready. */
  readonly agentFields?: Readonly<Record<string, Record<string, unknown>>>;
  /** What `validate-password` answers; 404 when absent. */
  readonly passwordCheck?: unknown;
  /** Whether users with a password can be made. @default true */
  readonly hasPasswords?: boolean;
  /** @default "linux" */
  readonly agentSystem?: string;
  /** The most that a token may live. */
  readonly maxTokenMs?: number;
  readonly externalAuth?: readonly Record<string, unknown>[];
  /** Answers of `entitlements` and `deployment/config`; 404 when absent. */
  readonly entitlements?: unknown;
  readonly config?: unknown;
  readonly quota?: unknown;
  /** Whether builds have timings. @default true */
  readonly hasTimings?: boolean;
  /** The client that it offers to machines like this one; 404 when absent. */
  readonly client?: string;
  /** Names of each workspace's agents. @default one `main` */
  readonly agents?: readonly string[];
}

/** The fields of a request that the fake looks at are all text. */
type Body = Record<string, string>;

interface FakeBuild {
  id: string;
  transition: "start" | "stop" | "delete";
  status: string;
  createdMs: number;
  startedMs?: number;
  completedMs?: number;
  error?: string;
  errorCode?: string;
}
interface FakeWorkspace {
  id: string;
  name: string;
  owner: FakeUser;
  agentId: string;
  build: FakeBuild;
  builds: number;
  isDeleted: boolean;
}
interface FakeUser {
  id: string;
  username: string;
  isOwner: boolean;
  password: string;
}

export interface FakeCoder extends AsyncDisposable {
  readonly url: string;
  /** A token of its owner. */
  readonly token: string;
  /** The agents behind so many of the open web terminals die, and their sockets stand. */
  letAgentsDie(count: number): void;
  workspacesLeft(): string[];
  usersLeft(): string[];
  /** Of every request and upgrade. */
  readonly headers: readonly IncomingHttpHeaders[];
  /** A token of its owner, as a killed load leaves it. */
  addToken(name: string): void;
  /** Tokens that were minted and not deleted, by name. */
  tokensLeft(): string[];
  /** When each workspace was asked for and answered, on the clock of `performance.now()`. */
  readonly creations: { readonly askedMs: number; readonly answeredMs: number }[];
  /** Calls by method and path, ids left out. */
  readonly calls: string[];
  /** Bodies of accepted template uploads. */
  readonly uploads: Buffer[];
  readonly openConnections: () => number;
  /** One that exists before the load, of a user of its own. */
  addWorkspace(name: string, as?: "running" | "stopped"): void;
  /** Agents that a connection was opened to, by id. */
  reachedAgents(): string[];
  readonly templateVersions: () => number;
}

const hostKey = newSshKey().privateKey;

/** A Coder of this process with just the calls that the worker makes, and faults on demand. */
export async function startFakeCoder(options: FakeOptions = {}): Promise<FakeCoder> {
  const fake = new Fake(options);
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    void fake.answer(request, response);
  });
  const sockets = new WebSocketServer({ noServer: true });
  const raw = new Set<Duplex>();
  server.on("connection", (socket) => {
    raw.add(socket);
    socket.on("close", () => raw.delete(socket));
  });
  server.on("upgrade", (request, socket, head) => {
    headers.push(request.headers);
    fake.upgrade(sockets, request, socket, head);
  });
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    token: fake.token,
    headers,
    calls: fake.calls,
    creations: fake.creations,
    uploads: fake.uploads,
    openConnections: () => fake.open,
    letAgentsDie: (count) => fake.letAgentsDie(count),
    workspacesLeft: () => [...fake.workspaces.values()].filter((w) => !w.isDeleted).map((w) => w.name),
    usersLeft: () => [...fake.users.values()].filter((user) => !user.isOwner).map((user) => user.username),
    addToken: (name) => void fake.mint(fake.tokens.get(fake.token)!, name),
    tokensLeft: () => [...fake.tokenNames.values()],
    reachedAgents: () => [...fake.reachedAgents],
    addWorkspace: (name, as) => {
      const { build } = fake.make(fake.addUser(`${name}-user`, ""), name);
      if (as === undefined) return;
      Object.assign(build, { status: "succeeded", startedMs: build.createdMs, completedMs: build.createdMs });
      if (as === "stopped") build.transition = "stop";
    },
    templateVersions: () => fake.versions.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of raw) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;
  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

class Fake {
  readonly token = "ownertoken-0123456789012345678901";
  readonly calls: string[] = [];
  readonly uploads: Buffer[] = [];
  readonly users = new Map<string, FakeUser>();
  readonly workspaces = new Map<string, FakeWorkspace>();
  readonly versions = new Map<string, { status: string; error?: string }>();
  readonly tokens = new Map<string, FakeUser>();
  readonly tokenNames = new Map<string, string>();
  readonly creations: { readonly askedMs: number; readonly answeredMs: number }[] = [];
  #firstAskedMs: number | undefined;
  #infos = 0;
  readonly reachedAgents: string[] = [];
  open = 0;
  #template: { id: string; name: string; version: string } | undefined;
  #throttled = { users: 0, workspaces: 0 };
  readonly #faults: FakeFaults;
  readonly #options: FakeOptions;

  readonly #gatherings: readonly {
    readonly call: RegExp;
    readonly count: number;
    after: number;
    waiting: number;
    readonly all: Promise<void>;
    readonly release: () => void;
  }[];

  constructor(options: FakeOptions) {
    this.#options = options;
    this.#gatherings = (options.gather ?? []).map((wish) => {
      let release = (): void => undefined;
      const all = new Promise<void>((resolve) => (release = resolve));
      return { after: 0, ...wish, waiting: 0, all, release };
    });
    this.#faults = options.faults ?? {};
    const owner = this.addUser("owner", "");
    owner.isOwner = true;
    this.tokens.set(this.token, owner);
    this.#template = { id: "template-id", name: "kubernetes", version: "v0" };
    this.#throttled = {
      users: this.#faults.throttleUsers ?? 0,
      workspaces: this.#faults.throttleWorkspaces ?? 0,
    };
  }

  addUser(username: string, password: string): FakeUser {
    const user = { id: randomUUID(), username, isOwner: false, password };
    this.users.set(user.id, user);
    return user;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://fake");
    const path = pathname.replace(/^\/api\/v2/, "");
    const method = request.method ?? "";
    const askedMs = performance.now();
    const isCreation = method === "POST" && /^\/users\/[^/]+\/workspaces$/.test(path);
    if (isCreation) this.#firstAskedMs ??= askedMs;
    this.calls.push(`${method} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "{id}")}`);
    try {
      if (path === `/bin/${clientName(process)}`) {
        const { client } = this.#options;
        response.writeHead(client === undefined ? 404 : 200).end(client ?? "404 page not found\n");
        return;
      }
      if (path === "/files") {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        this.uploads.push(Buffer.concat(chunks));
        reply(response, 201, { hash: "file-id" });
        return;
      }
      const body = await text(request);
      await this.#thaw();
      await this.#gathered(`${method} ${path}`);
      const json = body === "" ? {} : (JSON.parse(body) as Body);
      const caller = this.tokens.get(String(request.headers["coder-session-token"]));
      const answer = this.#route(method, path, searchParams, json, caller);
      if (answer === "lose") response.socket?.destroy();
      else reply(response, answer[0], answer[1]);
      if (isCreation) this.creations.push({ askedMs, answeredMs: performance.now() });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reply(response, error.status, { message: error.message }, error.headers);
    }
  }

  /** Resolves when as many wait at once as are to be gathered. */
  async #gathered(call: string): Promise<void> {
    const gathering = this.#gatherings.find((one) => one.call.test(call));
    if (gathering === undefined || gathering.after-- > 0) return;
    if (++gathering.waiting === gathering.count) gathering.release();
    await gathering.all;
  }

  /** Resolves when the freeze, if one is on, is over. */
  async #thaw(): Promise<void> {
    const { afterMs, forMs } = this.#options.freeze ?? { afterMs: 0, forMs: 0 };
    if (this.#firstAskedMs === undefined) return;
    const ageMs = performance.now() - this.#firstAskedMs;
    if (ageMs >= afterMs && ageMs < afterMs + forMs) await sleep(afterMs + forMs - ageMs);
  }

  #route(
    method: string,
    path: string,
    query: URLSearchParams,
    body: Body,
    caller: FakeUser | undefined,
  ): [number, unknown] | "lose" {
    if (path === "/healthz") return [200, "OK"];
    if (path === "/buildinfo" && ++this.#infos > (this.#faults.failBuildInfoAfter ?? Infinity))
      throw new Refusal(502, "Bad gateway");
    if (path === "/buildinfo") return [200, { version: "v2.31.0", deployment_id: "deployment-id" }];
    if (path === "/users/first") return this.#firstUser(body);
    if (path === "/users/login") return this.#login(body);
    if (caller === undefined) throw new Refusal(401, "You are signed out or your session has expired.");
    const [, kind, id = "", sub] = path.split("/");
    if (kind === "users")
      return this.#userRoute(method, id, sub, path.split("/").at(-1) ?? "", query, body, caller);
    if (kind === "workspaces") return this.#workspaceRoute(method, id, sub, query, body);
    if (kind === "entitlements") return offered(this.#options.entitlements);
    if (kind === "workspacebuilds") {
      const found = [...this.workspaces.values()].find((one) => one.build.id === id);
      if (found === undefined) throw new Refusal(404, "Resource not found");
      if (sub === "timings") return offered(this.#timings(found));
      if (sub === "logs") return [200, this.#options.buildLog ?? []];
      if (found.build.status === "succeeded") throw new Refusal(400, "Job has already completed!");
      found.build.status = "canceled";
      return [200, { message: "Job has been marked as canceled..." }];
    }
    if (kind === "deployment" && id === "config") return offered(this.#options.config);
    if (kind === "deployment")
      return [
        200,
        {
          collected_at: new Date().toISOString(),
          session_count: { ssh: this.open, reconnecting_pty: this.open },
        },
      ];
    if (kind === "workspaceagents" && sub === "logs") return [200, this.#options.agentLog ?? []];
    if (kind === "organizations") return this.#organizationRoute(method, id, path, body);
    if (kind === "templateversions") return this.#versionRoute(id, sub, body);
    if (kind === "templates") return [200, {}];
    throw new Refusal(404, "Route not found.");
  }

  #firstUser(body: Body): [number, unknown] {
    const owner = [...this.users.values()].find((user) => user.isOwner)!;
    if (owner.password !== "") throw new Refusal(409, "The initial user has already been created.");
    owner.username = body["username"] ?? "";
    owner.password = body["password"] ?? "";
    return [201, { user_id: owner.id, organization_id: "org" }];
  }

  #login(body: Body): [number, unknown] {
    const user = [...this.users.values()].find((one) => one.password === body["password"]);
    if (user === undefined) throw new Refusal(401, "Incorrect email or password.");
    return [201, { session_token: this.mint(user) }];
  }

  mint(user: FakeUser, name?: string): string {
    const token = `${randomUUID().slice(0, 8)}ab-${randomUUID().replaceAll("-", "")}`;
    this.tokens.set(token, user);
    if (name !== undefined) this.tokenNames.set(token.slice(0, 10), name);
    return token;
  }

  #tokensOf(user: FakeUser): unknown[] {
    const own = [...this.tokens].filter(([, owner]) => owner === user).map(([token]) => token.slice(0, 10));
    return own.map((id) => ({ id, user_id: user.id, token_name: this.tokenNames.get(id) ?? "" }));
  }

  #revoke(isRevoked: (user: FakeUser, keyId: string) => boolean): void {
    for (const [token, user] of this.tokens) {
      if (token === this.token || !isRevoked(user, token.slice(0, 10))) continue;
      this.tokens.delete(token);
      this.tokenNames.delete(token.slice(0, 10));
    }
  }

  #userRoute(
    method: string,
    id: string,
    sub: string | undefined,
    last: string,
    query: URLSearchParams,
    body: Body,
    caller: FakeUser,
  ): [number, unknown] | "lose" {
    if (method === "GET" && id === "")
      return [200, { users: page([...this.users.values()], query).map(userView) }];
    if (method === "POST" && id === "") {
      if (this.#throttled.users-- > 0)
        throw new Refusal(429, "You've been rate limited", { "retry-after": "0" });
      const { username } = body as { username: string };
      if (this.#faults.noSeat?.includes(username))
        throw new Refusal(403, "Your license has reached its user limit.");
      if (this.#faults.refuseUser?.includes(username)) throw new Refusal(500, "no more users");
      const isWithoutPassword = this.#options.hasPasswords === false;
      if (isWithoutPassword && body["login_type"] !== "none")
        throw new Refusal(403, "Password based authentication is disabled");
      if (body["user_status"] !== "active") throw new Refusal(400, "the test wants active users");
      return [201, userView(this.addUser(username, body["password"] ?? ""))];
    }
    if (id === "validate-password") return offered(this.#options.passwordCheck);
    const user = id === "me" ? caller : this.users.get(id);
    if (user === undefined) throw new Refusal(404, "Resource not found");
    if (last === "tokenconfig") {
      const { maxTokenMs } = this.#options;
      return offered(maxTokenMs && { max_token_lifetime: maxTokenMs * 1e6 });
    }
    if (sub === "keys" && method === "GET") return [200, this.#tokensOf(user)];
    if (sub === "keys" && method === "DELETE") {
      this.#revoke((owner, keyId) => owner === user && keyId === last);
      return [204, undefined];
    }
    if (sub === "keys" && Number(body["lifetime"]) / 1e6 > (this.#options.maxTokenMs ?? Infinity))
      throw new Refusal(400, "lifetime must be less than the most");
    if (sub === "keys") return [201, { key: this.mint(user, body["token_name"]) }];
    if (sub === "workspaces") return this.#createWorkspace(user, caller, body);
    if (method === "DELETE") {
      if (this.#faults.refuseUserDelete?.includes(user.username)) throw new Refusal(500, "cannot delete");
      const has = [...this.workspaces.values()].some((one) => one.owner === user && !one.isDeleted);
      if (has) throw new Refusal(417, "You cannot delete a user that has workspaces.");
      this.users.delete(user.id);
      this.#revoke((owner) => owner === user);
    }
    return [200, userView(user)];
  }

  #createWorkspace(user: FakeUser, caller: FakeUser, body: Body): [number, unknown] | "lose" {
    if (this.#throttled.workspaces-- > 0)
      throw new Refusal(429, "You've been rate limited", { "retry-after": "0" });
    if (caller !== user) throw new Refusal(403, "the test wants users to create their own workspaces");
    const { name } = body as { name: string };
    if (this.#faults.refuseWorkspace?.includes(name)) throw new Refusal(400, "no such parameter");
    const made = this.make(user, name);
    return this.#faults.loseWorkspace?.includes(name) === true ? "lose" : [201, this.#workspaceView(made)];
  }

  make(owner: FakeUser, name: string): FakeWorkspace {
    const id = randomUUID();
    const build = this.#newBuild("start");
    const made = { id, name, owner, agentId: randomUUID(), build, builds: 1, isDeleted: false };
    this.workspaces.set(id, made);
    return made;
  }

  #newBuild(transition: FakeBuild["transition"]): FakeBuild {
    return { id: randomUUID(), transition, status: "pending", createdMs: Date.now() };
  }

  #workspaceRoute(
    method: string,
    id: string,
    sub: string | undefined,
    query: URLSearchParams,
    body: Body,
  ): [number, unknown] {
    if (id === "") {
      const all = [...this.workspaces.values()].filter((one) => !one.isDeleted);
      return [
        200,
        { workspaces: page(all, query).map((one) => this.#workspaceView(one)), count: all.length },
      ];
    }
    const workspace = this.workspaces.get(id);
    if (workspace === undefined) throw new Refusal(404, "Resource not found");
    this.#advance(workspace);
    if (workspace.isDeleted) throw new Refusal(410, "Workspace was deleted");
    if (method === "POST" && sub === "builds") {
      if (["pending", "running"].includes(workspace.build.status))
        throw new Refusal(409, "A workspace build is already active.");
      workspace.build = this.#newBuild(body["transition"] as FakeBuild["transition"]);
      workspace.builds++;
      return [201, this.#buildView(workspace)];
    }
    return [200, this.#workspaceView(workspace)];
  }

  /** Builds go on when somebody looks: pending, running, done. */
  #advance(workspace: FakeWorkspace): void {
    const { build, name } = workspace;
    const now = Date.now();
    if (build.status === "pending") {
      build.status = "running";
      build.startedMs = now;
    } else if (build.status === "running" && now - build.startedMs! >= (this.#options.buildMs ?? 5)) {
      if (build.transition === "start" && this.#faults.stuckBuild?.includes(name)) return;
      build.completedMs = now;
      build.status = "succeeded";
      const isFailing = build.transition === "start" ? this.#faults.failBuild : this.#faults.failDelete;
      const isFailingOnce =
        build.transition === "start" &&
        workspace.builds === 1 &&
        this.#faults.failFirstBuild?.includes(name) === true;
      if (build.transition === "start" && this.#faults.noQuota?.includes(name) === true) {
        build.status = "failed";
        build.error = "insufficient quota";
        build.errorCode = "INSUFFICIENT_QUOTA";
      } else if (isFailing?.includes(name) === true || isFailingOnce) {
        build.status = "failed";
        build.error = "exit status 1";
      } else if (build.transition === "delete") {
        const isCancelled = this.#faults.cancelDelete?.includes(name) === true && workspace.builds === 2;
        if (isCancelled) build.status = "canceled";
        else workspace.isDeleted = true;
      }
    }
  }

  #organizationRoute(method: string, id: string, path: string, body: Body): [number, unknown] {
    if (id === "") return [200, [{ id: "org", name: "coder", is_default: true }]];
    if (path.endsWith("/workspace-quota")) return offered(this.#options.quota);
    if (path.endsWith("/provisionerdaemons"))
      return [
        200,
        (this.#options.daemons ?? ["coder-a-0", "coder-a-1"]).map((name) => ({
          id: randomUUID(),
          name,
          status: "idle",
        })),
      ];
    if (path.endsWith("/templateversions")) {
      const version = randomUUID();
      const error = this.#faults.failImport;
      this.versions.set(version, error === undefined ? { status: "succeeded" } : { status: "failed", error });
      return [201, { id: version, job: { status: "pending", created_at: new Date().toISOString() } }];
    }
    const template = this.#template;
    if (method === "GET" && path.endsWith("/templates"))
      return [
        200,
        template === undefined
          ? []
          : [{ ...template, active_version_id: template.version, ...this.#options.template }],
      ];
    if (method === "POST") {
      const { name, template_version_id: version } = body as { name: string; template_version_id: string };
      if (template?.name === name) throw new Refusal(409, "template exists");
      this.#template = { id: randomUUID(), name, version };
      return [201, { id: this.#template.id, name, active_version_id: version }];
    }
    if (template === undefined || !path.endsWith(`/${template.name}`))
      throw new Refusal(404, "Resource not found");
    const { id: templateId, version } = template;
    return [
      200,
      { id: templateId, name: template.name, active_version_id: version, ...this.#options.template },
    ];
  }

  #versionRoute(id: string, sub: string | undefined, body: Body): [number, unknown] {
    const diskSize = { name: "home_disk_size", type: "number", required: true };
    if (sub === "rich-parameters") return [200, this.#options.parameters ?? [diskSize]];
    if (sub === "dynamic-parameters") return offered(this.#options.evaluate?.(body["inputs"] ?? {}));
    if (sub === "logs") return [200, this.#options.importLog ?? []];
    if (sub === "external-auth") return [200, this.#options.externalAuth ?? []];
    if (sub === "presets") return [200, [{ ID: "preset-id", Name: "small" }]];
    if (sub === "resources")
      return [
        200,
        [
          {
            agents: this.#agentNames.map((name) => ({
              name,
              operating_system: this.#options.agentSystem ?? "linux",
              apps: [{ slug: `${name}-echo` }],
            })),
          },
        ],
      ];
    return [200, this.#version(id)];
  }

  get #agentNames(): readonly string[] {
    return this.#options.agents ?? ["main"];
  }

  #timings({ build }: FakeWorkspace): unknown {
    if (this.#options.hasTimings === false) return undefined;
    const at = (ms: number) => new Date((build.startedMs ?? 0) + ms).toISOString();
    const row = (stage: string, resource: string, from: number, to: number) => ({
      stage,
      resource,
      started_at: at(from),
      ended_at: at(to),
    });
    return {
      provisioner_timings: [
        row("init", "coder_stage_init", 0, 1000),
        row("init", "provider plugins", 200, 800),
        row("plan", "coder_stage_plan", 1000, 3000),
        row("graph", "state file dependency graph", 3000, 3100),
        row("graph", "parse terraform modules", 3200, 3500),
        row("apply", "coder_stage_apply", 3500, 4000),
      ],
      agent_script_timings: null,
    };
  }

  #version(id: string) {
    const job = { status: "succeeded", ...this.versions.get(id), created_at: new Date().toISOString() };
    return { id, job, ...this.#options.version };
  }

  #workspaceView(workspace: FakeWorkspace) {
    const { id, name, owner } = workspace;
    return {
      id,
      name,
      owner_id: owner.id,
      owner_name: owner.username,
      latest_build: this.#buildView(workspace),
    };
  }

  #buildView({ build, name, agentId }: FakeWorkspace) {
    const instant = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
    const isStuck = this.#faults.stuckAgent?.includes(name) === true;
    const after = (ms: number) =>
      instant(build.completedMs === undefined ? undefined : build.completedMs + ms);
    const agents = this.#agentNames.map((agentName, index) => ({
      id: index === 0 ? agentId : `${agentId}-${index}`,
      name: agentName,
      status: isStuck ? "connecting" : "connected",
      lifecycle_state: "ready",
      first_connected_at: after(700),
      started_at: after(800),
      ready_at: after(1100),
      ...this.#options.agentFields?.[agentName],
    }));
    return {
      id: build.id,
      transition: build.transition,
      job: {
        status: build.status,
        created_at: instant(build.createdMs),
        started_at: instant(build.startedMs),
        completed_at: instant(build.completedMs),
        error: build.error,
        error_code: build.errorCode,
        queue_position: 0,
      },
      resources: build.status === "succeeded" ? [{ agents }] : [],
    };
  }

  #terminals = 0;

  upgrade(sockets: WebSocketServer, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://fake");
    const [, agentId = "", kind] = PTY.exec(pathname) ?? [];
    const workspace = [...this.workspaces.values()].find((one) => agentId.startsWith(one.agentId));
    if (kind === "pty" && this.#terminals++ === this.#faults.expireAfterTerminals)
      for (const [token, user] of this.tokens) if (!user.isOwner) this.tokens.delete(token);
    const caller = this.tokens.get(String(request.headers["coder-session-token"]));
    const name = workspace?.name ?? "";
    if (kind === "pty" && this.#faults.hangTerminal?.includes(name) === true) return;
    const refused = kind === "pty" ? this.#faults.refuseTerminal : this.#faults.refuseSsh;
    const isMissing =
      workspace === undefined || caller !== workspace.owner || refused?.includes(name) === true;
    if (isMissing || (kind === "pty" && !searchParams.has("reconnect"))) {
      socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 22\r\n\r\n{"message":"no agent"}');
      return;
    }
    const upgraded = (accepted: WebSocket): void => {
      this.open++;
      this.reachedAgents.push(agentId);
      accepted.on("close", () => this.open--);
      if (kind === "pty") this.#serveTerminal(accepted, name);
      else this.#serveSsh(accepted, name);
    };
    void this.#gathered(`GET ${pathname.replace(/^\/api\/v2/, "")}`).then(() =>
      sockets.handleUpgrade(request, socket, head, upgraded),
    );
  }

  /** Web terminals whose shells take nothing more, although their sockets stand and answer pings. */
  readonly #dead = new Set<WebSocket>();
  readonly #served = new Set<WebSocket>();

  /** The agents behind so many of the open web terminals die. */
  letAgentsDie(count: number): void {
    for (const socket of [...this.#served].slice(0, count)) this.#dead.add(socket);
  }

  #serveTerminal(socket: WebSocket, name: string): void {
    this.#served.add(socket);
    socket.on("close", () => this.#served.delete(socket));
    if (this.#faults.silentTerminal?.includes(name) === true) return;
    const shell = new FakeShell(
      (output) => socket.send(Buffer.from(output)),
      () => socket.close(1000),
      this.#faults.shell?.[name],
    );
    socket.on("message", (data, isBinary) => {
      if (!isBinary) socket.close(1003, "unexpected frame type read (expected MessageBinary): MessageText");
      else if (!this.#dead.has(socket))
        shell.type((JSON.parse((data as Buffer).toString()) as { data: string }).data);
    });
  }

  #serveSsh(socket: WebSocket, name: string): void {
    const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
      client.on("authentication", (context) => context.accept());
      client.on("error", () => undefined);
      client.on("session", (accept) => {
        const session = accept();
        session.on("pty", (acceptPty) => acceptPty());
        session.on("shell", (acceptShell) => {
          const channel = acceptShell();
          const shell = new FakeShell(
            (output) => channel.write(output),
            () => channel.end(),
            this.#faults.shell?.[name],
          );
          channel.on("data", (bytes: Buffer) => shell.type(bytes.toString()));
        });
      });
    });
    const stream = createWebSocketStream(socket);
    stream.on("error", () => undefined);
    server.injectSocket(stream as unknown as Parameters<typeof server.injectSocket>[0]);
  }
}

function offered(answer: unknown): [number, unknown] {
  if (answer === undefined) throw new Refusal(404, "Route not found.");
  return [200, answer];
}

function userView({ id, username, isOwner }: FakeUser) {
  return { id, username, roles: isOwner ? [{ name: "owner" }] : [] };
}

function page<T>(all: readonly T[], query: URLSearchParams): T[] {
  const offset = Number(query.get("offset") ?? 0);
  return all.slice(offset, offset + Number(query.get("limit") ?? 100));
}

function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
