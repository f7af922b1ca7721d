import type { EmulatedDeployment } from "../context.ts";
import { minuteOfDay } from "../build/autostart.ts";
import { created, NOT_FOUND, ok, problem } from "../http/reply.ts";
import type { Reply, Validation } from "../http/reply.ts";
import { jsonBody, namedValues, text } from "../http/request.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Route } from "../http/router.ts";
import { newWorkspace } from "../state/new-workspace.ts";
import type { EmulatedTemplate, EmulatedWorkspace } from "../state/types.ts";
import { NIL_UUID, now } from "../state/world.ts";
import { workspaceView } from "../views/workspace-view.ts";
import { isUuid, userOf, workspaceOf } from "./lookup.ts";
import { resolveParameters } from "./parameters.ts";
import { findWorkspaces } from "./workspace-search.ts";

/** Workspaces: create, list, look at. Their builds are in `build-routes.ts`. */
export function workspaceRoutes(deployment: EmulatedDeployment): Route[] {
  const { world, queue } = deployment;
  const show = (workspace: EmulatedWorkspace): Reply => ok(workspaceView(world, queue, workspace));
  const byName = (request: ApiRequest): Reply => {
    const owner = userOf(world, request, request.params["user"] ?? "");
    if ("refused" in owner) return owner.refused;
    const name = (request.params["name"] ?? "").toLowerCase();
    const living = world.workspacesByName.get(`${owner.value.id}/${name}`);
    if (living) return show(living);
    const gone =
      includesDeleted(request) &&
      [...world.workspaces.values()].findLast(
        (workspace) => workspace.ownerId === owner.value.id && workspace.name.toLowerCase() === name,
      );
    return gone ? show(gone) : NOT_FOUND;
  };
  return [
    {
      method: "GET",
      pattern: "/api/v2/workspaces",
      handle: (request) => findWorkspaces(deployment, request),
    },
    {
      method: "POST",
      pattern: "/api/v2/users/{user}/workspaces",
      handle: (request) => create(deployment, request),
    },
    {
      method: "POST",
      pattern: "/api/v2/organizations/{organization}/members/{user}/workspaces",
      handle: (request) => create(deployment, request),
    },
    { method: "GET", pattern: "/api/v2/users/{user}/workspace/{name}", handle: byName },
    {
      method: "GET",
      pattern: "/api/v2/workspaces/{workspace}",
      handle: (request) => {
        const found = workspaceOf(world, request, request.params["workspace"] ?? "");
        if ("refused" in found) return found.refused;
        if (!found.value.deleted || includesDeleted(request)) return show(found.value);
        return problem(
          410,
          `Workspace "${found.value.id}" was deleted, you can view this workspace by specifying '?deleted=true' and trying again.`,
        );
      },
    },
    {
      method: "PUT",
      pattern: "/api/v2/workspaces/{workspace}/autostart",
      handle: (request) => schedule(deployment, request),
    },
    {
      method: "POST",
      pattern: "/api/v2/workspaces/{workspace}/usage",
      handle: (request) => {
        const found = workspaceOf(world, request, request.params["workspace"] ?? "");
        if ("refused" in found) return found.refused;
        found.value.lastUsedAt = now();
        return { status: 204 };
      },
    },
  ];
}

/** Only one time of each day is understood. */
function schedule({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const found = workspaceOf(world, request, request.params["workspace"] ?? "");
  if ("refused" in found) return found.refused;
  const body = jsonBody(request);
  if ("refused" in body) return body.refused;
  const given = text(body.value, "schedule");
  if (given === "") delete found.value.schedule;
  else if (minuteOfDay(given) === undefined)
    return problem(400, "Invalid autostart schedule.", {
      validations: [
        { field: "schedule", detail: `expected CRON_TZ=UTC <minute> <hour> * * *, got ${given}` },
      ],
    });
  else found.value.schedule = given;
  return { status: 204 };
}

function create(deployment: EmulatedDeployment, request: ApiRequest): Reply {
  const { world, queue, builds } = deployment;
  const owner = userOf(world, request, request.params["user"] ?? "");
  if ("refused" in owner) return owner.refused;
  const body = jsonBody(request);
  if ("refused" in body) return body.refused;
  const fields = body.value;
  const validations = workspaceValidations(fields);
  if (validations.length > 0) return problem(400, "Validation failed.", { validations });
  const chosen = templateOf(deployment, fields);
  if ("refused" in chosen) return chosen.refused;
  const name = text(fields, "name");
  const key = `${owner.value.id}/${name.toLowerCase()}`;
  if (world.workspacesByName.has(key)) {
    return problem(409, `Workspace "${name}" already exists.`, {
      validations: [{ field: "name", detail: "This value is already in use and should be unique." }],
    });
  }
  const ttl = ttlOf(fields, chosen.template);
  if ("refused" in ttl) return ttl.refused;
  const given = namedValues(fields["rich_parameter_values"]);
  const parameters = resolveParameters(chosen.version.parsed.parameters, given, []);
  if ("refused" in parameters) return parameters.refused;
  const workspace = newWorkspace(owner.value, chosen.template, name, ttl.value);
  world.workspaces.set(workspace.id, workspace);
  world.workspacesByName.set(key, workspace);
  builds.submit(workspace, {
    transition: "start",
    version: chosen.version,
    initiatorId: request.user?.id ?? owner.value.id,
    parameters: parameters.value,
  });
  return created(workspaceView(world, queue, workspace, true));
}

function templateOf(
  { world }: EmulatedDeployment,
  fields: Readonly<Record<string, unknown>>,
): { template: EmulatedTemplate; version: ReturnType<typeof world.activeVersion> } | { refused: Reply } {
  const versionId = text(fields, "template_version_id");
  const version = versionId === "" || versionId === NIL_UUID ? undefined : world.versions.get(versionId);
  if (versionId !== "" && versionId !== NIL_UUID && !version) {
    return {
      refused: problem(400, `Template version "${versionId}" doesn't exist.`, {
        validations: [{ field: "template_version_id", detail: "template not found" }],
      }),
    };
  }
  const templateId = version?.templateId ?? text(fields, "template_id");
  const template = world.templates.get(templateId);
  if (!template) {
    return {
      refused: problem(400, `Template "${templateId}" doesn't exist.`, {
        validations: [{ field: "template_id", detail: "template not found" }],
      }),
    };
  }
  return { template, version: version ?? world.activeVersion(template) };
}

function workspaceValidations(fields: Readonly<Record<string, unknown>>): Validation[] {
  const name = text(fields, "name");
  const validations: Validation[] = [];
  if (
    !/^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$/.test(name) ||
    name.length > 32 ||
    name === "new" ||
    name === "create"
  ) {
    const tag = name === "" ? "required" : "workspace_name";
    validations.push({ field: "name", detail: `Validation failed for tag "${tag}" with value: "${name}"` });
  }
  const templateId = text(fields, "template_id");
  if (templateId !== "" && !isUuid(templateId)) {
    validations.push({
      field: "template_id",
      detail: `Validation failed for tag "uuid" with value: "${templateId}"`,
    });
  }
  return validations;
}

function ttlOf(
  fields: Readonly<Record<string, unknown>>,
  template: EmulatedTemplate,
): { value: number | undefined } | { refused: Reply } {
  const given = fields["ttl_ms"];
  if (typeof given !== "number")
    return { value: template.defaultTtlMs > 0 ? template.defaultTtlMs : undefined };
  if (given === 0) return { value: undefined };
  if (given < 60_000) {
    return {
      refused: problem(400, "Invalid Workspace Time to Shutdown.", {
        validations: [{ field: "ttl_ms", detail: "time until shutdown must be at least one minute" }],
      }),
    };
  }
  return { value: given };
}

function includesDeleted(request: ApiRequest): boolean {
  return request.query.get("include_deleted") === "true";
}
