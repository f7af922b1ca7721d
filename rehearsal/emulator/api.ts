import type { EmulatedDeployment } from "./context.ts";
import { hasEndpoint } from "./features.ts";
import { authenticate, isOwner, tokenOf } from "./http/auth.ts";
import { FORBIDDEN, ROUTE_NOT_FOUND } from "./http/reply.ts";
import type { Reply } from "./http/reply.ts";
import type { ApiRequest } from "./http/request.ts";
import { Router } from "./http/router.ts";
import type { Route } from "./http/router.ts";
import { agentRoutes } from "./routes/agent-routes.ts";
import { buildRoutes } from "./routes/build-routes.ts";
import { deploymentRoutes } from "./routes/deployment-routes.ts";
import { workspaceProxyRoutes } from "./proxies/routes.ts";
import { provisionerKeyRoutes } from "./routes/provisioner-key-routes.ts";
import { provisionerRoutes } from "./routes/provisioner-routes.ts";
import { templateRoutes } from "./routes/template-routes.ts";
import { tokenRoutes } from "./routes/token-routes.ts";
import { userRoutes } from "./routes/user-routes.ts";
import { versionRoutes } from "./routes/version-routes.ts";
import { workspaceRoutes } from "./routes/workspace-routes.ts";

/** A request before anyone knows which endpoint it is for. */
export type Incoming = Omit<ApiRequest, "params" | "user">;

/** Coder's HTTP API, without HTTP: a request in, an answer out. */
export class Api {
  readonly #deployment: EmulatedDeployment;
  readonly #router: Router;

  constructor(deployment: EmulatedDeployment) {
    this.#deployment = deployment;
    const routes = [
      ...userRoutes(deployment),
      ...tokenRoutes(deployment),
      ...templateRoutes(deployment),
      ...versionRoutes(deployment),
      ...workspaceRoutes(deployment),
      ...buildRoutes(deployment),
      ...agentRoutes(deployment),
      ...provisionerRoutes(deployment),
      ...provisionerKeyRoutes(deployment),
      ...deploymentRoutes(deployment),
      ...workspaceProxyRoutes(deployment),
    ];
    const { version } = deployment.world.config;
    this.#router = new Router(routes.filter(({ pattern }) => hasEndpoint(version, pattern)));
  }

  async answer(incoming: Incoming): Promise<Reply> {
    const match = this.#router.match(incoming.method, incoming.path);
    if (match.state === "none") return ROUTE_NOT_FOUND;
    if (match.state === "wrong-method") return { status: 405 };
    const { route, params } = match;
    const done = this.#deployment.gauges.requestBegan(incoming.method, route.pattern);
    try {
      const reply = await this.#call(route, incoming, params);
      done(reply.status);
      return reply;
    } catch (error) {
      // As the server around this answers it.
      done(500);
      throw error;
    }
  }

  #call(route: Route, incoming: Incoming, params: Record<string, string>): Reply | Promise<Reply> {
    const { world, limits } = this.#deployment;
    const known = authenticate(world, tokenOf(incoming.headers, incoming.query));
    if ("refused" in known && route.access !== "anyone") return known.refused;
    const user = "user" in known && route.access !== "anyone" ? known.user : undefined;
    const request: ApiRequest = { ...incoming, params, user };
    const limited = limits.check(request, route);
    if (limited) return limited;
    if (route.access === "owner" && !isOwner(user)) return FORBIDDEN;
    return route.handle(request);
  }
}
