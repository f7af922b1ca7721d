import type { EmulatedDeployment } from "../context.ts";
import { created, ok, problem, NOT_FOUND } from "../http/reply.ts";
import { jsonBody, text } from "../http/request.ts";
import type { Route } from "../http/router.ts";
import { NEVER, randomText } from "../state/world.ts";
import type { EmulatedUser } from "../state/types.ts";
import { tokenLimits } from "../token-limits.ts";
import { userOf } from "./lookup.ts";

/** Session keys and named tokens; an owner may mint them for others. */
export function tokenRoutes({ world }: EmulatedDeployment): Route[] {
  const limits = tokenLimits(world.config.env);
  const mostOf = ({ roles }: EmulatedUser): number => (roles.includes("owner") ? limits.owner : limits.user);
  return [
    {
      method: "POST",
      pattern: "/api/v2/users/{user}/keys",
      handle: (request) => {
        const found = userOf(world, request, request.params["user"] ?? "");
        return "refused" in found ? found.refused : created({ key: world.addKey(found.value) });
      },
    },
    {
      method: "POST",
      pattern: "/api/v2/users/{user}/keys/tokens",
      handle: (request) => {
        const found = userOf(world, request, request.params["user"] ?? "");
        if ("refused" in found) return found.refused;
        const body = jsonBody(request);
        if ("refused" in body) return body.refused;
        const name = text(body.value, "token_name") || `token-${randomText(6)}`;
        const taken = [...world.keys.values()].some(
          (key) => key.userId === found.value.id && key.tokenName === name,
        );
        if (taken) {
          return problem(409, `A token with name "${name}" already exists.`, {
            validations: [{ field: "name", detail: "This value is already in use and should be unique." }],
          });
        }
        const lifetime = body.value["lifetime"];
        const mostNs = mostOf(found.value);
        if (typeof lifetime === "number" && lifetime > mostNs)
          return problem(400, "Failed to validate create API key request.", {
            detail: `lifetime must be less than ${mostNs / 1e9}s`,
          });
        const seconds = typeof lifetime === "number" && lifetime > 0 ? lifetime / 1e9 : undefined;
        const token = seconds === undefined ? { name } : { name, lifetimeSeconds: seconds };
        return created({ key: world.addKey(found.value, token) });
      },
    },
    {
      method: "GET",
      pattern: "/api/v2/users/{user}/keys/tokens/tokenconfig",
      handle: (request) => {
        const found = userOf(world, request, request.params["user"] ?? "");
        return "refused" in found ? found.refused : ok({ max_token_lifetime: mostOf(found.value) });
      },
    },
    {
      method: "GET",
      pattern: "/api/v2/users/{user}/keys/tokens",
      handle: (request) => {
        const found = userOf(world, request, request.params["user"] ?? "");
        if ("refused" in found) return found.refused;
        const keys = [...world.keys.values()].filter(
          ({ userId, loginType }) => userId === found.value.id && loginType === "token",
        );
        return ok(
          keys.map((key) => ({
            id: key.id,
            user_id: key.userId,
            last_used: NEVER,
            expires_at: new Date(key.expiresAtMs).toISOString(),
            created_at: key.createdAt,
            updated_at: key.createdAt,
            login_type: key.loginType,
            scope: "all",
            scopes: ["coder:all"],
            token_name: key.tokenName,
            lifetime_seconds: Math.round(key.lifetimeSeconds),
            allow_list: ["*:*"],
            username: found.value.username,
          })),
        );
      },
    },
    {
      method: "DELETE",
      pattern: "/api/v2/users/{user}/keys/{key}",
      handle: (request) => {
        const found = userOf(world, request, request.params["user"] ?? "");
        if ("refused" in found) return found.refused;
        const key = world.keys.get(request.params["key"] ?? "");
        if (key?.userId !== found.value.id) return NOT_FOUND;
        world.keys.delete(key.id);
        return { status: 204 };
      },
    },
  ];
}
