import type { EmulatedDeployment } from "../context.ts";
import { tokenOf } from "../http/auth.ts";
import { ok, problem, ROUTE_NOT_FOUND } from "../http/reply.ts";
import { jsonBody, text } from "../http/request.ts";
import type { Route } from "../http/router.ts";

/** What Coder answers about its workspace proxies, which are a licensed feature. */
export function workspaceProxyRoutes({ world, proxies }: EmulatedDeployment): Route[] {
  return [
    {
      method: "GET",
      pattern: "/api/v2/workspaceproxies",
      access: "owner",
      handle: () => (world.config.licence === "none" ? ROUTE_NOT_FOUND : ok({ regions: proxies.list })),
    },
    {
      method: "POST",
      pattern: "/api/v2/applications/reconnecting-pty-signed-token",
      handle: (request) => {
        if (world.config.licence === "none") return ROUTE_NOT_FOUND;
        const body = jsonBody(request);
        if ("refused" in body) return body.refused;
        const url = text(body.value, "url");
        const isTerminal =
          URL.canParse(url) &&
          /^wss?:/.test(url) &&
          new URL(url).pathname === `/api/v2/workspaceagents/${text(body.value, "agentID")}/pty`;
        if (!isTerminal) return problem(400, "Invalid URL.");
        const token = proxies.sign(tokenOf(request.headers, request.query) ?? "", url);
        return token === undefined ? problem(400, "Invalid hostname in URL.") : ok({ signed_token: token });
      },
    },
  ];
}
