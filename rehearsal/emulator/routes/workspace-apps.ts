import type { RawData, WebSocket } from "ws";
import type { EmulatedDeployment } from "../context.ts";
import { pathOfApp, wildcardOf } from "../http/app-host.ts";
import { NOT_FOUND } from "../http/reply.ts";
import type { Reply } from "../http/reply.ts";
import type { ApiRequest } from "../http/request.ts";
import { currentAgents } from "../build/workspace-builds.ts";
import { isSwitchOn } from "../is-on.ts";
import { agentStatus } from "../state/types.ts";
import type { Found } from "./lookup.ts";

/** The apps of Coder's own scaletest templates, which are all that the emulator has behind a slug. */
const APPS: Readonly<Record<string, (socket: WebSocket, data: Buffer) => void>> = {
  /** Echoes. */
  wsec: (socket, data) => socket.send(data),
  /** Discards. */
  wsdi: () => undefined,
};

const NO_PATH_APPS: Reply = {
  status: 403,
  text: "Path-based applications are disabled on this Coder deployment by the administrator.",
};

/**
 * Prepares a websocket to an app of a workspace, at `/@owner/workspace.agent/apps/slug` or at the app's own host. Only
 * the workspace's owner may open it, as Coder shares apps by default.
 */
export function prepareApp(
  deployment: EmulatedDeployment,
  request: ApiRequest,
): Found<(socket: WebSocket) => void> {
  const { world, gauges } = deployment;
  const isByPath = pathOfApp(request.headers.host, wildcardOf(deployment)) === undefined;
  if (isByPath && isSwitchOn(world.config.env["CODER_DISABLE_PATH_APPS"])) return { refused: NO_PATH_APPS };
  const { owner = "", workspace: named = "", slug = "" } = request.params;
  const user = owner === "@me" ? request.user : world.usersByName.get(owner.replace(/^@/, "").toLowerCase());
  const [name = "", agentName] = named.split(".", 2);
  const workspace = world.workspacesByName.get(`${user?.id}/${name.toLowerCase()}`);
  if (!owner.startsWith("@") || !workspace || workspace.ownerId !== request.user?.id)
    return { refused: NOT_FOUND };
  const agents = currentAgents(workspace);
  const agent = agentName === undefined ? agents[0] : agents.find((one) => one.name === agentName);
  if (agent?.apps.some((one) => one.slug === slug) !== true) return { refused: NOT_FOUND };
  const app = APPS[slug];
  if (app === undefined || agentStatus(agent, Date.now()) !== "connected")
    return { refused: { status: 502, text: "Bad Gateway: nothing listens where the app should be" } };
  return {
    value: (socket) => {
      socket.on("error", () => socket.terminate());
      socket.on("message", (data: RawData) => {
        const bytes = data as Buffer;
        gauges.bytesIn += bytes.length;
        app(socket, bytes);
      });
    },
  };
}
