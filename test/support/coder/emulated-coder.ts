import type { IncomingHttpHeaders } from "node:http";
import { CoderClient } from "../../../harness/coder/client.ts";
import { CoderHttp } from "../../../harness/coder/http/http.ts";
import { systemClock } from "../../../harness/tools/time/clock.ts";
import type { EmulatorConfig } from "../../../rehearsal/emulator/config.ts";
import type { EmulatedDeployment } from "../../../rehearsal/emulator/context.ts";
import type {
  AnswerFault,
  EmulatorFaults,
  FaultyRequest,
  SocketFault,
} from "../../../rehearsal/emulator/faults.ts";
import { startEmulator } from "../../../rehearsal/emulator/server.ts";
import { newWorkspace } from "../../../rehearsal/emulator/state/new-workspace.ts";
import { listUsers, listWorkspaces } from "../../../harness/workload/context/listing.ts";
import { type NamedFaults, NEW_WORKSPACE, planFaults } from "./coder-faults.ts";

export interface CoderOptions extends Partial<
  Pick<
    EmulatorConfig,
    "failBuilds" | "prebuilds" | "workspaceProxies" | "shellDelayMs" | "seeded" | "replicas" | "licence"
  >
> {
  /** @default 100 */
  readonly buildSpeed?: number;
  /** How long a start build takes on average, in place of `buildSpeed`. */
  readonly buildMs?: number;
  /** The provisioner daemons of each replica. @default 5 */
  readonly daemons?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The template's `main.tf`. @default one parameter `home_disk_size` with a default, and one agent `main` */
  readonly template?: string;
  readonly faults?: NamedFaults;
  /** @default 2.31.0 */
  readonly version?: string;
  readonly form?: NonNullable<EmulatorFaults["form"]>;
  readonly inbox?: NonNullable<EmulatorFaults["inbox"]>;
  /** Further faults, played before the named ones. */
  readonly answers?: readonly AnswerFault[];
  readonly sockets?: readonly SocketFault[];
  readonly hasNoPings?: true;
}

export type EmulatedCoder = Awaited<ReturnType<typeof startEmulatedCoder>>;

/** How long a start build takes on average at the emulator's speed 1. */
const START_BUILD_MS = 4_900;

/** Starts an emulated Coder in this process with its template `kubernetes`, quick builds, and faults on demand. */
export async function startEmulatedCoder(options: CoderOptions = {}) {
  const record = newRecord();
  const planned = planFaults(options.faults ?? {});
  const emulator = await startEmulator(configOf(options), {
    ...(options.template === undefined ? {} : { template: options.template }),
    faults: {
      ...planned,
      ...(options.form === undefined ? {} : { form: options.form }),
      ...(options.inbox === undefined ? {} : { inbox: options.inbox }),
      ...(options.hasNoPings === undefined ? {} : { hasNoPings: options.hasNoPings }),
      answers: [record.answer, ...(options.answers ?? []), ...planned.answers],
      sockets: [record.socket, ...(options.sockets ?? []), ...planned.sockets],
    },
  });
  const { deployment } = emulator;
  const { url, token = "", email = "", password = "" } = emulator.ready;
  const http = new CoderHttp({ url, clock: systemClock });
  const siteAdmin = new CoderClient(http, { token, isSiteAdmin: true }, new AbortController().signal);
  return {
    url,
    token,
    /** The login of its first user. */
    firstUser: { email, username: "admin", password },
    /** A client of its first user, a site admin. */
    siteAdmin,
    /** Its state, without its API. */
    world: deployment.world,
    ...record.seen,
    /** Names of the agents to which a connection was asked for. */
    reachedAgents: () => record.reached.map((id) => deployment.world.agents.get(id)?.name ?? id),
    ...lookInto(deployment),
    /** Returns what exists besides its first user, as the API lists it. */
    names: () => listNames(siteAdmin),
    [Symbol.asyncDispose]: async () => {
      await http.close();
      await emulator.close();
    },
  };
}

function configOf(options: CoderOptions): EmulatorConfig {
  const { buildSpeed = 100, buildMs, prebuilds = 0, replicas = 1, daemons = 5, shellDelayMs } = options;
  return {
    schemaVersion: 1,
    host: "127.0.0.1",
    port: 0,
    version: options.version ?? "2.31.0",
    replicas,
    env: {
      CODER_PROVISIONER_DAEMONS: String(daemons),
      CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true",
      ...options.env,
    },
    buildSpeed: buildMs === undefined ? buildSpeed : START_BUILD_MS / buildMs,
    failBuilds: options.failBuilds ?? 0,
    ...(shellDelayMs === undefined ? {} : { shellDelayMs }),
    // Prebuilt workspaces and replicas are licensed features.
    licence: options.licence ?? (prebuilds === 0 && replicas === 1 ? "none" : "simulated"),
    prebuilds,
    ...(options.workspaceProxies === undefined ? {} : { workspaceProxies: options.workspaceProxies }),
    seeded: options.seeded ?? true,
  };
}

/** A record of the clients' calls to an emulated Coder. */
function newRecord() {
  const headers: IncomingHttpHeaders[] = [];
  const calls: string[] = [];
  const creations: { readonly askedMs: number; readonly answeredMs: number }[] = [];
  const reached: string[] = [];
  const note = (request: FaultyRequest): string => {
    headers.push(request.headers);
    return `${request.method} ${request.path.replace(/^\/api\/v2/, "")}`;
  };
  const answer: AnswerFault = {
    call: /^/,
    play: async (request, ask) => {
      const call = note(request);
      calls.push(call.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "{id}"));
      const askedMs = performance.now();
      const reply = await ask();
      if (NEW_WORKSPACE.test(call)) creations.push({ askedMs, answeredMs: performance.now() });
      return reply;
    },
  };
  const socket: SocketFault = {
    call: /^/,
    play: (request) => {
      const agent = /^GET \/workspaceagents\/([^/]+)\//.exec(note(request))?.[1];
      if (agent !== undefined) reached.push(agent);
      return Promise.resolve(undefined);
    },
  };
  const seen = {
    /** The headers of every request and upgrade. */
    headers,
    /** Calls by method and path, ids left out. */
    calls,
    /** When each workspace was asked for and answered, on the clock of `performance.now()`. */
    creations,
  };
  return { answer, socket, seen, reached };
}

/** Reads the state of a deployment without its API. */
function lookInto(deployment: EmulatedDeployment) {
  const { world, gauges, terminals } = deployment;
  const isPerson = ({ username, isSystem }: { username: string; isSystem?: boolean }): boolean =>
    username !== "admin" && isSystem !== true;
  const alive = () => [...world.workspaces.values()].filter(({ deleted }) => !deleted);
  return {
    workspacesLeft: () => alive().map(({ name }) => name),
    usersLeft: () => [...world.users.values()].filter(isPerson).map(({ username }) => username),
    templatesLeft: () =>
      [...world.templates.values()].map(({ name }) => name).filter((name) => name !== "kubernetes"),
    /** Names of the tokens that were minted and not deleted. */
    tokensLeft: () =>
      [...world.keys.values()].map(({ tokenName }) => tokenName).filter((name) => name !== ""),
    /** Adds a token of its first user, as a killed load leaves it. */
    addToken: (name: string) => world.addKey([...world.users.values()][0]!, { name }),
    uploads: () => [...world.files.values()],
    openConnections: () => [...gauges.websockets.values()].reduce((sum, open) => sum + open, 0),
    /** Mutes so many of the open web terminals, whose sockets remain open. */
    letAgentsDie: (count: number) => terminals.muteSome(count),
    /** Adds a workspace with a new user; resolves once it is `running` or `stopped`, or at once. */
    addWorkspace: (name: string, as?: "running" | "stopped") => addWorkspace(deployment, name, as),
  };
}

async function addWorkspace(
  { world, builds }: EmulatedDeployment,
  name: string,
  as: "running" | "stopped" | undefined,
): Promise<void> {
  const fields = { email: `${name}@example.com`, username: `${name}-user`, password: name, active: true };
  const user = world.addUser(fields);
  const template = [...world.templates.values()][0]!;
  const workspace = newWorkspace(user, template, name, undefined);
  world.workspaces.set(workspace.id, workspace);
  world.workspacesByName.set(`${user.id}/${name}`, workspace);
  const build = (transition: "start" | "stop") =>
    builds.submit(workspace, {
      ...{ transition, version: world.activeVersion(template), initiatorId: user.id, parameters: [] },
    });
  const started = build("start");
  if (as === undefined) return;
  const isConnected = () => started.resources.some(({ agents }) => agents.some(({ readyAt }) => readyAt));
  while (!isConnected()) await turn();
  if (as === "running") return;
  const stopped = build("stop");
  while (stopped.job.completedAt === undefined) await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

async function listNames(siteAdmin: CoderClient) {
  const [workspaces, users, me] = await Promise.all([
    listWorkspaces(siteAdmin),
    listUsers(siteAdmin),
    siteAdmin.me(),
  ]);
  const tokens = me.ok ? await siteAdmin.tokens(me.value.id) : me;
  return {
    workspaces: workspaces.ok ? workspaces.value.map(({ name }) => name) : [],
    users: users.ok ? users.value.map(({ username }) => username).filter((name) => name !== "admin") : [],
    tokens: tokens.ok ? tokens.value.map(({ token_name: name }) => name) : [],
  };
}

/** Makes a user, and a workspace of it where one is asked for; returns the user's id. */
export async function addPerson(
  { siteAdmin }: { readonly siteAdmin: CoderClient },
  username: string,
  {
    email = `${username}@example.com`,
    workspace,
  }: { readonly email?: string; readonly workspace?: string } = {},
): Promise<string> {
  const [organization] = valueOf(await siteAdmin.organizations());
  const organizationId = organization?.id ?? "";
  const user = valueOf(
    await siteAdmin.createUser({ username, email, password: "Correct-Horse-9-Battery", organizationId }),
  );
  if (workspace === undefined) return user.id;
  const template = valueOf(await siteAdmin.template(organizationId, "kubernetes"));
  valueOf(
    await siteAdmin.createWorkspace(user.id, {
      templateId: template.id,
      name: workspace,
      parameters: {},
      ttlMs: 3_600_000,
    }),
  );
  return user.id;
}

function valueOf<T>(answer: { ok: true; value: T } | { ok: false; failure: { message: string } }): T {
  if (answer.ok) return answer.value;
  throw new Error(answer.failure.message);
}
