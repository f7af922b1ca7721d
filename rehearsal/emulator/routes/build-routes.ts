import { isJobActive } from "../build/job-log.ts";
import type { EmulatedDeployment } from "../context.ts";
import { created, NOT_FOUND, ok, problem } from "../http/reply.ts";
import type { Reply } from "../http/reply.ts";
import { jsonBody, namedValues, text } from "../http/request.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Route } from "../http/router.ts";
import { latestBuild } from "../state/types.ts";
import type { EmulatedBuild, Transition } from "../state/types.ts";
import { NIL_UUID } from "../state/world.ts";
import { resourceView } from "../views/agent-view.ts";
import { parametersView } from "../views/job-view.ts";
import { buildView } from "../views/workspace-view.ts";
import { buildOf, userOf, workspaceOf } from "./lookup.ts";
import { resolveParameters } from "./parameters.ts";
import { page } from "./search-query.ts";

const TRANSITIONS: readonly string[] = ["start", "stop", "delete"];

/** Builds: start, stop, delete, cancel, logs, timings. */
export function buildRoutes(deployment: EmulatedDeployment): Route[] {
  const { world, queue, builds } = deployment;
  const of =
    (handle: (build: EmulatedBuild, request: ApiRequest) => Reply) =>
    (request: ApiRequest): Reply => {
      const found = buildOf(world, request, request.params["build"] ?? "");
      return "refused" in found ? found.refused : handle(found.value, request);
    };
  return [
    {
      method: "POST",
      pattern: "/api/v2/workspaces/{workspace}/builds",
      handle: (request) => create(deployment, request),
    },
    {
      method: "GET",
      pattern: "/api/v2/workspaces/{workspace}/builds",
      handle: (request) => {
        const found = workspaceOf(world, request, request.params["workspace"] ?? "");
        if ("refused" in found) return found.refused;
        const newestFirst = found.value.builds.toReversed();
        return ok(page(newestFirst, request.query).map((build) => buildView(world, queue, build)));
      },
    },
    {
      method: "GET",
      pattern: "/api/v2/workspaces/{workspace}/timings",
      handle: (request) => {
        const found = workspaceOf(world, request, request.params["workspace"] ?? "");
        return "refused" in found ? found.refused : ok(timingsOf(latestBuild(found.value)));
      },
    },
    {
      method: "GET",
      pattern: "/api/v2/users/{user}/workspace/{name}/builds/{number}",
      handle: (request) => {
        const owner = userOf(world, request, request.params["user"] ?? "");
        if ("refused" in owner) return owner.refused;
        const name = (request.params["name"] ?? "").toLowerCase();
        const workspace = world.workspacesByName.get(`${owner.value.id}/${name}`);
        const build = workspace?.builds.find((one) => String(one.number) === request.params["number"]);
        return build ? ok(buildView(world, queue, build)) : NOT_FOUND;
      },
    },
    {
      method: "GET",
      pattern: "/api/v2/workspacebuilds/{build}",
      handle: of((build) => ok(buildView(world, queue, build))),
    },
    {
      method: "PATCH",
      pattern: "/api/v2/workspacebuilds/{build}/cancel",
      handle: of((build) => {
        if (build.job.completedAt !== undefined) return problem(400, "Job has already completed!");
        if (build.job.canceledAt !== undefined)
          return problem(400, "Job has already been marked as canceled!");
        builds.cancel(build);
        return ok({ message: "Job has been marked as canceled..." });
      }),
    },
    {
      method: "GET",
      pattern: "/api/v2/workspacebuilds/{build}/logs",
      handle: of((build, request) => {
        const after = Number(request.query.get("after") ?? 0) || 0;
        return ok(build.job.logs.filter(({ id }) => id > after));
      }),
    },
    {
      method: "GET",
      pattern: "/api/v2/workspacebuilds/{build}/parameters",
      handle: of((build) => ok(parametersView(build.parameters))),
    },
    {
      method: "GET",
      pattern: "/api/v2/workspacebuilds/{build}/resources",
      handle: of((build) => ok(build.resources.map((resource) => resourceView(world, resource)))),
    },
    {
      method: "GET",
      pattern: "/api/v2/workspacebuilds/{build}/timings",
      handle: of((build) => ok(timingsOf(build))),
    },
  ];
}

function create(deployment: EmulatedDeployment, request: ApiRequest): Reply {
  const { world, queue, builds } = deployment;
  const found = workspaceOf(world, request, request.params["workspace"] ?? "");
  if ("refused" in found) return found.refused;
  const workspace = found.value;
  const body = jsonBody(request);
  if ("refused" in body) return body.refused;
  const transition = text(body.value, "transition");
  if (!isTransition(transition)) {
    const tag = transition === "" ? "required" : "oneof";
    const detail = `Validation failed for tag "${tag}" with value: "${transition}"`;
    return problem(400, "Validation failed.", { validations: [{ field: "transition", detail }] });
  }
  if (workspace.deleted) return problem(410, `Cannot ${transition} a deleted workspace!`);
  const previous = latestBuild(workspace);
  if (isJobActive(previous.job)) {
    const message = "A workspace build is already active.";
    return problem(409, message, { detail: message });
  }
  const versionId = text(body.value, "template_version_id");
  const asked = versionId === "" || versionId === NIL_UUID ? previous.version : world.versions.get(versionId);
  if (!asked) {
    return problem(400, "Template version not found.", {
      validations: [{ field: "template_version_id", detail: "template version not found" }],
    });
  }
  const given = namedValues(body.value["rich_parameter_values"]);
  const parameters = resolveParameters(asked.parsed.parameters, given, previous.parameters);
  if ("refused" in parameters) return parameters.refused;
  const build = builds.submit(workspace, {
    transition,
    version: asked,
    initiatorId: request.user?.id ?? workspace.ownerId,
    parameters: parameters.value,
  });
  return created(buildView(world, queue, build, true));
}

function timingsOf(build: EmulatedBuild): unknown {
  const agents = build.resources.flatMap((resource) => resource.agents);
  return {
    provisioner_timings: build.job.timings,
    agent_script_timings: [],
    agent_connection_timings: agents.flatMap((agent) =>
      agent.firstConnectedAt === undefined
        ? []
        : [
            {
              started_at: agent.createdAt,
              ended_at: agent.firstConnectedAt,
              stage: "connect",
              workspace_agent_id: agent.id,
              workspace_agent_name: agent.name,
            },
          ],
    ),
  };
}

function isTransition(text: string): text is Transition {
  return TRANSITIONS.includes(text);
}
