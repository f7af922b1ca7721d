import { createHash } from "node:crypto";
import type { EmulatedDeployment } from "../context.ts";
import { created, NOT_FOUND, ok, problem } from "../http/reply.ts";
import type { Reply } from "../http/reply.ts";
import { jsonBody, namedValues, text, texts } from "../http/request.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Route } from "../http/router.ts";
import type { EmulatedTemplateVersion } from "../state/types.ts";
import { NIL_UUID } from "../state/world.ts";
import { resourceView } from "../views/agent-view.ts";
import { jobView, matchedProvisioners } from "../views/job-view.ts";
import { versionView } from "../views/template-view.ts";
import { evaluateForm } from "./dynamic-parameters.ts";
import { byId, organizationOf } from "./lookup.ts";
import { presentWith, resolveParameters } from "./parameters.ts";

const VERSION = "/api/v2/templateversions/{version}";
const DRY_RUN = `${VERSION}/dry-run/{job}`;

/** Template versions: import, variables, parameters and dry runs. */
export function versionRoutes(deployment: EmulatedDeployment): Route[] {
  const { world, queue, imports } = deployment;
  const of =
    (handle: (version: EmulatedTemplateVersion, request: ApiRequest) => Reply) =>
    (request: ApiRequest): Reply => {
      const found = byId(world.versions, request.params["version"] ?? "");
      return "refused" in found ? found.refused : handle(found.value, request);
    };
  const dryRun =
    (handle: (run: NonNullable<ReturnType<typeof imports.dryRuns.get>>) => Reply) =>
    (request: ApiRequest): Reply => {
      const run = imports.dryRuns.get(request.params["job"] ?? "");
      return run ? handle(run) : NOT_FOUND;
    };
  return [
    {
      method: "POST",
      pattern: "/api/v2/organizations/{organization}/templateversions",
      access: "owner",
      handle: (request) => create(deployment, request),
    },
    {
      method: "GET",
      pattern: VERSION,
      handle: of((version) => ok(versionView(world, queue, version))),
    },
    {
      method: "GET",
      pattern: "/api/v2/templates/{template}/versions",
      handle: (request) =>
        ok(
          [...world.versions.values()]
            .filter(({ templateId }) => templateId === request.params["template"])
            .map((version) => versionView(world, queue, version)),
        ),
    },
    {
      method: "PATCH",
      pattern: `${VERSION}/cancel`,
      handle: of((version) =>
        imports.cancel(version.job)
          ? ok({ message: "Job has been marked as canceled..." })
          : problem(400, "Job has already completed!"),
      ),
    },
    { method: "GET", pattern: `${VERSION}/logs`, handle: of((version) => ok(version.job.logs)) },
    {
      method: "GET",
      pattern: `${VERSION}/resources`,
      handle: of((version) => ok(version.resources.map((resource) => resourceView(world, resource)))),
    },
    { method: "GET", pattern: `${VERSION}/external-auth`, handle: of(() => ok([])) },
    {
      method: "GET",
      pattern: `${VERSION}/presets`,
      // As Go names them: the type has no JSON tags.
      handle: of(({ id, parsed }) =>
        ok(
          parsed.presets.map(({ name, instances }) => ({
            ...{ ID: uuidOf(`${id}/${name}`), Name: name, Parameters: null, Default: false },
            ...{ DesiredPrebuildInstances: instances, Description: "", Icon: "" },
          })),
        ),
      ),
    },
    { method: "GET", pattern: `${VERSION}/variables`, handle: of((version) => ok(variablesOf(version))) },
    {
      method: "GET",
      pattern: `${VERSION}/rich-parameters`,
      handle: of((version) => ok(richParametersOf(version))),
    },
    {
      method: "POST",
      pattern: `${VERSION}/dynamic-parameters/evaluate`,
      handle: of((version, request) => evaluate(deployment, version, request)),
    },
    {
      method: "POST",
      pattern: `${VERSION}/dry-run`,
      handle: of((version, request) => {
        const body = jsonBody(request);
        if ("refused" in body) return body.refused;
        if (version.job.status !== "succeeded") {
          return problem(412, "Template version import job hasn't completed!");
        }
        if (!request.user) return NOT_FOUND;
        const given = namedValues(body.value["rich_parameter_values"]);
        const parameters = resolveParameters(version.parsed.parameters, given, []);
        if ("refused" in parameters) return parameters.refused;
        return created(jobView(world, queue, imports.dryRun(version, request.user)));
      }),
    },
    { method: "GET", pattern: DRY_RUN, handle: dryRun(({ job }) => ok(jobView(world, queue, job))) },
    { method: "GET", pattern: `${DRY_RUN}/logs`, handle: dryRun(({ job }) => ok(job.logs)) },
    {
      method: "GET",
      pattern: `${DRY_RUN}/matched-provisioners`,
      handle: dryRun(({ job }) => ok(matchedProvisioners(queue, job))),
    },
    {
      method: "GET",
      pattern: `${DRY_RUN}/resources`,
      handle: dryRun(({ job, resources }) =>
        job.completedAt === undefined
          ? problem(400, "Job hasn't completed!")
          : ok(resources.map((resource) => resourceView(world, resource))),
      ),
    },
    {
      method: "PATCH",
      pattern: `${DRY_RUN}/cancel`,
      handle: dryRun(({ job }) =>
        imports.cancel(job)
          ? ok({ message: "Job has been marked as canceled." })
          : problem(400, "Job has already completed."),
      ),
    },
  ];
}

function create(deployment: EmulatedDeployment, request: ApiRequest): Reply {
  const { world, queue, imports } = deployment;
  const organization = organizationOf(world, request.params["organization"] ?? "");
  if ("refused" in organization) return organization.refused;
  const body = jsonBody(request);
  if ("refused" in body) return body.refused;
  const fileId = text(body.value, "file_id");
  const archive = world.files.get(fileId);
  if (!archive || !request.user) return problem(404, "File not found.");
  const templateId = text(body.value, "template_id");
  const version = imports.import({
    fileId,
    archive,
    by: request.user,
    name: text(body.value, "name"),
    message: text(body.value, "message"),
    templateId: templateId === "" || templateId === NIL_UUID ? undefined : templateId,
    variables: namedValues(body.value["user_variable_values"]),
    tags: texts(body.value["tags"]),
  });
  return created(versionView(world, queue, version, true));
}

function evaluate(
  deployment: EmulatedDeployment,
  version: EmulatedTemplateVersion,
  request: ApiRequest,
): Reply {
  const body = jsonBody(request);
  return "refused" in body ? body.refused : ok(evaluateForm(deployment, version, body.value));
}

function variablesOf({ parsed, variables }: EmulatedTemplateVersion): unknown[] {
  return parsed.variables.map((variable) => ({
    name: variable.name,
    description: variable.description,
    type: variable.type,
    value: variable.sensitive ? "" : (variables[variable.name] ?? ""),
    default_value: variable.default ?? "",
    required: variable.default === undefined,
    sensitive: variable.sensitive,
  }));
}

function richParametersOf({ parsed }: EmulatedTemplateVersion): unknown[] {
  return presentWith(parsed.parameters, () => undefined).map((parameter) => ({
    name: parameter.name,
    display_name: parameter.displayName,
    description: parameter.description,
    description_plaintext: parameter.description,
    type: parameter.type,
    form_type: "input",
    mutable: parameter.mutable,
    default_value: parameter.default ?? "",
    icon: "",
    options: parameter.options.map(({ name, value }) => ({ name, description: "", value, icon: "" })),
    required: parameter.default === undefined,
    ephemeral: false,
  }));
}

/** The same id each time that it is asked for. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
