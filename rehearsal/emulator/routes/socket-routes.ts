import type { WebSocket } from "ws";
import type { EmulatedDeployment } from "../context.ts";
import { NOT_FOUND, problem, type Reply } from "../http/reply.ts";
import type { ApiRequest } from "../http/request.ts";
import { agentStatus, type EmulatedAgent, type EmulatedJob } from "../state/types.ts";
import { serveCoordinate } from "../tailnet/coordinate.ts";
import { serveDerpSocket } from "../tailnet/derp.ts";
import type { CarriedSession } from "../carriers/messages.ts";
import { servePty } from "../terminal/pty-socket.ts";
import type { WorkspaceHost } from "../terminal/invocation.ts";
import { hasEndpoint } from "../features.ts";
import { followInbox } from "../notifications/follow-inbox.ts";
import { prepareForm } from "./dynamic-parameters.ts";
import { followLogs } from "./follow-logs.ts";
import { prepareDaemon } from "./external-daemon.ts";
import { prepareApp } from "./workspace-apps.ts";
import { agentOf, buildOf, byId, isUuid, type Found } from "./lookup.ts";

/** The action once a websocket is open; all checks happen before it opens. */
export interface Serve {
  readonly here: (socket: WebSocket) => void;
  /** What another process needs to serve it. Absent = only the emulator's own can. */
  readonly carried?: CarriedSession;
}

export interface SocketRoute {
  readonly pattern: string;
  /** The terminal hides behind 404 what the others refuse with 401. */
  readonly refusal?: Reply;
  /** Asked for without a token. */
  readonly open?: true;
  prepare(request: ApiRequest): Found<Serve>;
}

/** The endpoints that become websockets. */
export function socketRoutes(
  deployment: EmulatedDeployment,
  serveSsh: (socket: WebSocket, host: WorkspaceHost, agent: EmulatedAgent) => void,
): SocketRoute[] {
  const { world } = deployment;
  const logs = (pattern: string, jobOf: (request: ApiRequest) => Found<EmulatedJob>): SocketRoute => ({
    pattern,
    prepare: (request) => {
      const found = jobOf(request);
      if ("refused" in found) return found;
      const after = Number(request.query.get("after") ?? 0) || 0;
      return { value: { here: (socket) => followLogs(socket, found.value, after) } };
    },
  });
  const all: SocketRoute[] = [
    logs("/api/v2/workspacebuilds/{build}/logs", (request) => {
      const found = buildOf(world, request, request.params["build"] ?? "");
      return "refused" in found ? found : { value: found.value.job };
    }),
    logs("/api/v2/templateversions/{version}/logs", (request) => {
      const found = byId(world.versions, request.params["version"] ?? "");
      return "refused" in found ? found : { value: found.value.job };
    }),
    logs("/api/v2/templateversions/{version}/dry-run/{job}/logs", (request) => {
      const run = deployment.imports.dryRuns.get(request.params["job"] ?? "");
      return run ? { value: run.job } : { refused: NOT_FOUND };
    }),
    {
      pattern: "/api/v2/workspaceagents/{agent}/pty",
      refusal: NOT_FOUND,
      prepare: (request) => preparePty(deployment, request),
    },
    {
      pattern: "/{owner}/{workspace}/apps/{slug}",
      refusal: SIGN_IN,
      prepare: (request) => served(prepareApp(deployment, request)),
    },
    {
      pattern: "/api/v2/organizations/{organization}/provisionerdaemons/serve",
      open: true,
      prepare: (request) => served(prepareDaemon(deployment, request)),
    },
    {
      pattern: "/api/v2/templateversions/{version}/dynamic-parameters",
      prepare: (request) => served(prepareForm(deployment, request)),
    },
    {
      pattern: "/api/v2/notifications/inbox/watch",
      prepare: ({ user }) =>
        user === undefined
          ? { refused: NOT_FOUND }
          : { value: { here: (socket) => followInbox(deployment, user.id, socket) } },
    },
    { pattern: "/derp", open: true, prepare: () => ({ value: { here: serveDerpSocket } }) },
    {
      pattern: "/api/v2/workspaceagents/{agent}/coordinate",
      prepare: (request) => prepareCoordinate(deployment, request),
    },
    {
      pattern: "/api/v2/workspaceagents/{agent}/refbench-ssh",
      prepare: (request) => {
        const found = agentOf(world, request.user, request.params["agent"] ?? "");
        if ("refused" in found) return found;
        const agent = found.value;
        const host = hostOf(deployment, agent);
        if (host === undefined) return { value: UNREACHABLE };
        return {
          value: {
            here: (socket) => serveSsh(socket, host, agent),
            carried: { kind: "ssh", host, agentId: agent.id },
          },
        };
      },
    },
  ];
  return all.filter(({ pattern }) => hasEndpoint(world.config.version, pattern));
}

/** Only the emulator's own process can serve it. */
function served(found: Found<Serve["here"]>): Found<Serve> {
  return "refused" in found ? found : { value: { here: found.value } };
}

/** A browser is sent to the page where it signs in. */
const SIGN_IN: Reply = { status: 303, text: "See Other" };

const UNREACHABLE: Serve = {
  here: (socket) => socket.close(1011, "dial workspace agent: agent is not connected"),
};

/** Versions of the tailnet API that this Coder speaks. */
const TAILNET_VERSION = /^(1\.0|2\.\d+)$/;

function prepareCoordinate({ world }: EmulatedDeployment, request: ApiRequest): Found<Serve> {
  const found = agentOf(world, request.user, request.params["agent"] ?? "");
  if ("refused" in found) return found;
  const version = request.query.get("version") ?? "";
  if (version === "" || TAILNET_VERSION.test(version)) return { value: { here: serveCoordinate } };
  const validations = [{ field: "version", detail: `unsupported version ${JSON.stringify(version)}` }];
  return { refused: problem(400, "Unknown or unsupported API version", { validations }) };
}

function preparePty(deployment: EmulatedDeployment, request: ApiRequest): Found<Serve> {
  const found = agentOf(deployment.world, request.user, request.params["agent"] ?? "");
  if ("refused" in found) return found;
  const reconnect = request.query.get("reconnect") ?? "";
  const width = size(request, "width");
  const height = size(request, "height");
  const validations = [
    ...(reconnect === ""
      ? [{ field: "reconnect", detail: 'Query param "reconnect" is required and cannot be empty' }]
      : []),
    ...(reconnect !== "" && !isUuid(reconnect)
      ? [
          {
            field: "reconnect",
            detail: `Query param "reconnect" must be a valid uuid: invalid UUID length: ${reconnect.length}`,
          },
        ]
      : []),
    ...(width === undefined
      ? [{ field: "width", detail: 'Query param "width" must be a valid positive integer' }]
      : []),
    ...(height === undefined
      ? [{ field: "height", detail: 'Query param "height" must be a valid positive integer' }]
      : []),
  ];
  if (validations.length > 0) return { refused: problem(400, "Invalid query parameters.", { validations }) };
  const agent = found.value;
  const host = hostOf(deployment, agent);
  if (host === undefined) return { value: UNREACHABLE };
  const terminal = {
    agentId: agent.id,
    host,
    reconnect,
    width: width ?? 80,
    height: height ?? 80,
    command: request.query.get("command") ?? "",
  };
  return {
    value: {
      here: (socket) => servePty(socket, terminal, deployment.terminals, deployment.gauges),
      carried: { kind: "terminal", terminal },
    },
  };
}

/** The machine behind an agent, once it is connected. */
function hostOf({ world, faults }: EmulatedDeployment, agent: EmulatedAgent): WorkspaceHost | undefined {
  const { workspace } = agent;
  if (!workspace || agentStatus(agent, Date.now()) !== "connected") return undefined;
  const owner = world.users.get(workspace.ownerId)?.username ?? "";
  const fault = faults.shell?.(workspace.name);
  return {
    hostname: `coder-${workspace.id}`,
    user: "coder",
    shell: fault === "menu" ? "menu" : agent.declared.shell,
    ...(fault === undefined ? {} : { fault }),
    env: {
      CODER_WORKSPACE_NAME: workspace.name,
      CODER_WORKSPACE_OWNER_NAME: owner,
      CODER_WORKSPACE_AGENT_NAME: agent.name,
    },
  };
}

/** Coder's default is 80 × 80; undefined = not a number. */
function size(request: ApiRequest, name: string): number | undefined {
  const text = request.query.get(name);
  if (text === null || text === "") return 80;
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
