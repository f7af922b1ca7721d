import type { EmulatedDeployment } from "../context.ts";
import { created, ok, problem } from "../http/reply.ts";
import type { Reply, Validation } from "../http/reply.ts";
import { isSwitchOn } from "../is-on.ts";
import { jsonBody, text } from "../http/request.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Route } from "../http/router.ts";
import { hashOf, now } from "../state/world.ts";
import { rolesView, userView } from "../views/template-view.ts";
import { organizationOf, userOf } from "./lookup.ts";
import { page, parseSearch } from "./search-query.ts";

const USER_KEYS = ["search", "name", "status", "role", "login_type", "last_seen_after", "last_seen_before"];
const SITE_ROLES = ["owner", "template-admin", "user-admin", "auditor"];
const INITIAL_FIRST_USER = problem(404, "The initial user has not been created!");

/** Users, login and organisations. */
export function userRoutes(deployment: EmulatedDeployment): Route[] {
  const { world } = deployment;
  return [
    {
      method: "GET",
      pattern: "/api/v2/users/first",
      access: "anyone",
      handle: () =>
        world.users.size === 0
          ? INITIAL_FIRST_USER
          : ok({ message: "The initial user has already been created!" }),
    },
    {
      method: "POST",
      pattern: "/api/v2/users/first",
      access: "anyone",
      handle: (request) => firstUser(deployment, request),
    },
    {
      method: "POST",
      pattern: "/api/v2/users/login",
      access: "anyone",
      limit: "login",
      handle: (request) => login(deployment, request),
    },
    {
      method: "POST",
      pattern: "/api/v2/users/validate-password",
      handle: (request) => {
        const body = jsonBody(request);
        if ("refused" in body) return body.refused;
        const isWeak = weakPassword(text(body.value, "password")) !== undefined;
        return ok({
          valid: !isWeak,
          details: isWeak ? "insecure password, try using a longer password" : "",
        });
      },
    },
    {
      method: "POST",
      pattern: "/api/v2/users/logout",
      handle: () => ok({ message: "Logged out!" }),
    },
    {
      method: "GET",
      pattern: "/api/v2/users",
      access: "owner",
      handle: (request) => list(deployment, request),
    },
    {
      method: "POST",
      pattern: "/api/v2/users",
      access: "owner",
      handle: (request) => create(deployment, request),
    },
    {
      method: "GET",
      pattern: "/api/v2/users/{user}",
      handle: (request) => {
        const found = userOf(world, request, request.params["user"] ?? "");
        return "refused" in found ? found.refused : ok(userView(world, found.value));
      },
    },
    {
      method: "DELETE",
      pattern: "/api/v2/users/{user}",
      access: "owner",
      handle: (request) => remove(deployment, request),
    },
    {
      method: "PUT",
      pattern: "/api/v2/users/{user}/roles",
      access: "owner",
      handle: (request) => setRoles(deployment, request),
    },
    {
      method: "GET",
      pattern: "/api/v2/users/{user}/organizations",
      handle: () => ok([organizationView(deployment)]),
    },
    { method: "GET", pattern: "/api/v2/organizations", handle: () => ok([organizationView(deployment)]) },
    {
      method: "GET",
      pattern: "/api/v2/organizations/{organization}",
      handle: (request) => {
        const found = organizationOf(world, request.params["organization"] ?? "");
        return "refused" in found ? found.refused : ok(organizationView(deployment));
      },
    },
    {
      method: "GET",
      pattern: "/api/v2/organizations/{organization}/members/{user}",
      handle: (request) => member(deployment, request),
    },
  ];
}

function firstUser({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const body = jsonBody(request);
  if ("refused" in body) return body.refused;
  const validations = userValidations(body.value);
  if (validations.length > 0) return problem(400, "Validation failed.", { validations });
  if (world.users.size > 0) return problem(409, "The initial user has already been created.");
  const weak = weakPassword(text(body.value, "password"));
  if (weak) return weak;
  const user = world.addUser({
    email: text(body.value, "email"),
    username: text(body.value, "username"),
    password: text(body.value, "password"),
    name: text(body.value, "name"),
    roles: ["owner"],
    active: true,
  });
  return created({ user_id: user.id, organization_id: world.organization.id });
}

function login({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const body = jsonBody(request);
  if ("refused" in body) return body.refused;
  const user = world.usersByEmail.get(text(body.value, "email").toLowerCase());
  // Owners still may, so that they are not locked out.
  if (isSwitchOn(world.config.env["CODER_DISABLE_PASSWORD_AUTH"]) && !user?.roles.includes("owner"))
    return problem(403, "Password authentication is disabled.");
  if (user && user.loginType !== "password")
    return problem(
      403,
      `Incorrect login type, attempting to use "password" but user is of login type "${user.loginType}"`,
    );
  if (!user || user.passwordHash !== hashOf(text(body.value, "password"))) {
    return problem(401, "Incorrect email or password.");
  }
  if (user.status === "dormant") user.status = "active";
  user.updatedAt = now();
  return created({ session_token: world.addKey(user) });
}

function create({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const body = jsonBody(request);
  if ("refused" in body) return body.refused;
  const fields = body.value;
  const validations = userValidations(fields);
  if (validations.length > 0) return problem(400, "Validation failed.", { validations });
  const organizations = fields["organization_ids"];
  if (!Array.isArray(organizations) || organizations.length === 0) {
    return problem(
      400,
      "No organizations specified to place the user as a member of. The user must be a member of at least one organization",
      {
        validations: [{ field: "organization_ids", detail: "Missing" }],
      },
    );
  }
  const email = text(fields, "email");
  const username = text(fields, "username");
  if (world.usersByName.has(username.toLowerCase()) || world.usersByEmail.has(email.toLowerCase())) {
    return problem(409, "User already exists.");
  }
  if (!organizations.includes(world.organization.id)) {
    return problem(404, `Organization does not exist with the provided id "${String(organizations[0])}".`);
  }
  const loginType = text(fields, "login_type") || "password";
  const password = text(fields, "password");
  if (loginType !== "password" && password !== "")
    return problem(400, `Password cannot be set for non-password ("${loginType}") authentication.`);
  if (loginType === "password" && isSwitchOn(world.config.env["CODER_DISABLE_PASSWORD_AUTH"]))
    return problem(
      403,
      "Password based authentication is disabled! Unable to provision new users with password authentication.",
    );
  const weak = loginType === "password" ? weakPassword(password) : undefined;
  if (weak) return weak;
  const active = text(fields, "user_status") === "active";
  const user = world.addUser({ email, username, password, name: text(fields, "name"), active, loginType });
  return created(userView(world, user));
}

function list({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const search = parseSearch(request.query.get("q") ?? "", USER_KEYS, "search");
  if ("validations" in search) {
    return problem(400, "Invalid user search query.", { validations: search.validations });
  }
  const wanted = search.terms.get("search") ?? "";
  const status = search.terms.get("status");
  const users = [...world.users.values()]
    .filter(({ isSystem }) => isSystem !== true)
    .filter(({ username, email }) => `${username} ${email}`.toLowerCase().includes(wanted))
    .filter((user) => status === undefined || user.status === status)
    .sort((a, b) => (a.username.toLowerCase() < b.username.toLowerCase() ? -1 : 1));
  return ok({
    users: page(users, request.query).map((user) => userView(world, user)),
    count: users.length,
  });
}

function remove({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const found = userOf(world, request, request.params["user"] ?? "");
  if ("refused" in found) return found.refused;
  if (found.value.id === request.user?.id) return problem(403, "You cannot delete yourself!");
  if (world.workspacesOf(found.value.id).length > 0) {
    return problem(
      417,
      "You cannot delete a user that has workspaces. Delete their workspaces and try again!",
    );
  }
  world.removeUser(found.value);
  return ok({ message: "User has been deleted!" });
}

function setRoles({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const found = userOf(world, request, request.params["user"] ?? "");
  if ("refused" in found) return found.refused;
  const body = jsonBody(request);
  if ("refused" in body) return body.refused;
  if (found.value.id === request.user?.id) return problem(400, "You cannot change your own roles.");
  const { roles } = body.value;
  const names = Array.isArray(roles) ? roles.filter((role) => typeof role === "string") : [];
  const unknown = names.find((role) => !SITE_ROLES.includes(role));
  if (unknown !== undefined) return problem(400, `One or more roles are not assignable. ("${unknown}")`);
  found.value.roles = names;
  return ok(userView(world, found.value));
}

function member({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const organization = organizationOf(world, request.params["organization"] ?? "");
  if ("refused" in organization) return organization.refused;
  const found = userOf(world, request, request.params["user"] ?? "");
  if ("refused" in found) return found.refused;
  const user = found.value;
  return ok({
    username: user.username,
    ...(user.name === "" ? {} : { name: user.name }),
    email: user.email,
    global_roles: rolesView(user),
    user_id: user.id,
    organization_id: world.organization.id,
    created_at: user.createdAt,
    updated_at: user.createdAt,
    roles: [],
  });
}

function organizationView({ world }: EmulatedDeployment): unknown {
  const { id, name, displayName, createdAt } = world.organization;
  return {
    id,
    name,
    display_name: displayName,
    icon: "",
    description: "Builtin default organization.",
    created_at: createdAt,
    updated_at: createdAt,
    is_default: true,
  };
}

function userValidations(body: Readonly<Record<string, unknown>>): Validation[] {
  const email = text(body, "email");
  const username = text(body, "username");
  const failed = (field: string, tag: string, value: string): Validation => ({
    field,
    detail: `Validation failed for tag "${tag}" with value: "${value}"`,
  });
  return [
    ...(/^[^\s@]+@[^\s@]+$/.test(email) ? [] : [failed("email", email === "" ? "required" : "email", email)]),
    ...(/^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$/.test(username) && username.length <= 32
      ? []
      : [failed("username", username === "" ? "required" : "username", username)]),
  ];
}

/**
 * The real server checks the entropy of the password; here its length and its number of different characters replace
 * it.
 */
function weakPassword(password: string): Reply | undefined {
  if (password.length >= 8 && new Set(password).size >= 5) return undefined;
  return problem(400, "Password is not strong enough.", {
    validations: [{ field: "password", detail: "insecure password, try using a longer password" }],
  });
}
