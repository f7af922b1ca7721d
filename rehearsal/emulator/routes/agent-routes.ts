import type { EmulatedDeployment } from "../context.ts";
import { ok } from "../http/reply.ts";
import type { Reply } from "../http/reply.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Route } from "../http/router.ts";
import type { EmulatedAgent } from "../state/types.ts";
import { NIL_UUID } from "../state/world.ts";
import { agentView } from "../views/agent-view.ts";
import { isSwitchOn } from "../is-on.ts";
import { agentOf } from "./lookup.ts";

/** Workspace agents; their terminals and SSH are websockets, in `websocket-routes.ts`. */
export function agentRoutes(deployment: EmulatedDeployment): Route[] {
  const { world } = deployment;
  const of =
    (handle: (agent: EmulatedAgent) => Reply) =>
    (request: ApiRequest): Reply => {
      const found = agentOf(world, request.user, request.params["agent"] ?? "");
      return "refused" in found ? found.refused : handle(found.value);
    };
  return [
    {
      method: "GET",
      pattern: "/api/v2/workspaceagents/{agent}",
      handle: of((agent) => ok(agentView(world, agent))),
    },
    {
      method: "GET",
      pattern: "/api/v2/workspaceagents/connection",
      handle: () => ok(connectionView(deployment)),
    },
    {
      method: "GET",
      pattern: "/api/v2/workspaceagents/{agent}/connection",
      handle: of(() => ok(connectionView(deployment))),
    },
    {
      method: "GET",
      pattern: "/api/v2/workspaceagents/{agent}/listening-ports",
      handle: of(() => ok({ ports: [] })),
    },
    {
      method: "GET",
      pattern: "/api/v2/workspaceagents/{agent}/logs",
      handle: of((agent) =>
        ok(
          agent.logs.map(({ id, at, level, text }) => ({
            id,
            created_at: at,
            output: text,
            level,
            source_id: NIL_UUID,
          })),
        ),
      ),
    },
    ...["coordinate", "pty"].map((socket): Route => ({
      method: "GET",
      pattern: `/api/v2/workspaceagents/{agent}/${socket}`,
      handle: of(() => ({
        status: 426,
        text: 'WebSocket protocol violation: Connection header "" does not contain Upgrade\n',
      })),
    })),
  ];
}

function connectionView({ world, url }: EmulatedDeployment): unknown {
  const { hostname, port, protocol } = new URL(url());
  return {
    derp_map: {
      Regions: {
        "999": {
          EmbeddedRelay: true,
          RegionID: 999,
          RegionCode: "coder",
          RegionName: "Coder Embedded Relay",
          Nodes: [
            {
              Name: "999b",
              RegionID: 999,
              HostName: hostname,
              STUNPort: -1,
              DERPPort: Number(port),
              ForceHTTP: protocol === "http:",
            },
          ],
        },
      },
    },
    derp_force_websockets: false,
    disable_direct_connections: isSwitchOn(world.config.env["CODER_BLOCK_DIRECT"]),
    hostname_suffix: "coder",
  };
}
