import { createHash, randomUUID } from "node:crypto";
import type { EmulatedDeployment } from "../context.ts";
import { created, NOT_FOUND, ok, problem } from "../http/reply.ts";
import type { Reply } from "../http/reply.ts";
import { jsonBody, text } from "../http/request.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Route } from "../http/router.ts";
import type { EmulatedTemplate } from "../state/types.ts";
import { now } from "../state/world.ts";
import { templateView } from "../views/template-view.ts";
import { notifyOfDeletion } from "../notifications/notify.ts";
import { byId, organizationOf } from "./lookup.ts";
import { parseSearch } from "./search-query.ts";

const TEMPLATE_KEYS = ["name", "exact_name", "organization", "deprecated", "author", "has-ai-task"];

/** Uploaded files and templates. */
export function templateRoutes(deployment: EmulatedDeployment): Route[] {
  const { world } = deployment;
  const show = (template: EmulatedTemplate | undefined): Reply =>
    template ? ok(templateView(world, template)) : NOT_FOUND;
  const all = (): unknown[] => [...world.templates.values()].map((template) => templateView(world, template));
  return [
    {
      method: "POST",
      pattern: "/api/v2/files",
      limit: "files",
      handle: (request) => upload(deployment, request),
    },
    { method: "GET", pattern: "/api/v2/templates", handle: (request) => search(deployment, request) },
    {
      method: "GET",
      pattern: "/api/v2/organizations/{organization}/templates",
      handle: (request) => {
        const found = organizationOf(world, request.params["organization"] ?? "");
        return "refused" in found ? found.refused : ok(all());
      },
    },
    {
      method: "POST",
      pattern: "/api/v2/organizations/{organization}/templates",
      access: "owner",
      handle: (request) => create(deployment, request),
    },
    {
      method: "GET",
      pattern: "/api/v2/organizations/{organization}/templates/{name}",
      handle: (request) => show(named(deployment, request.params["name"] ?? "")),
    },
    {
      method: "GET",
      pattern: "/api/v2/templates/{template}",
      handle: (request) => {
        const found = byId(world.templates, request.params["template"] ?? "");
        return "refused" in found ? found.refused : show(found.value);
      },
    },
    {
      method: "PATCH",
      pattern: "/api/v2/templates/{template}/versions",
      access: "owner",
      handle: (request) => activate(deployment, request),
    },
    {
      method: "DELETE",
      pattern: "/api/v2/templates/{template}",
      access: "owner",
      handle: (request) => remove(deployment, request),
    },
  ];
}

function search({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const found = parseSearch(request.query.get("q") ?? "", TEMPLATE_KEYS, "name");
  if ("validations" in found) {
    return problem(400, "Invalid template search query.", { validations: found.validations });
  }
  const exact = found.terms.get("exact_name");
  const part = found.terms.get("name") ?? "";
  const organization = found.terms.get("organization");
  const templates = [...world.templates.values()]
    .filter(({ name }) => exact === undefined || name.toLowerCase() === exact)
    .filter(({ name }) => name.toLowerCase().includes(part))
    .filter(() => organization === undefined || "value" in organizationOf(world, organization));
  return ok(templates.map((template) => templateView(world, template)));
}

function upload({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/(x-tar|zip)\b/.test(type)) {
    return problem(400, `Unsupported content type header "${type}".`);
  }
  const digest = createHash("sha256").update(request.body).digest("hex");
  const known = world.filesByDigest.get(digest);
  if (known !== undefined) return ok({ hash: known });
  const id = randomUUID();
  world.files.set(id, request.body);
  world.filesByDigest.set(digest, id);
  return created({ hash: id });
}

function create({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const body = jsonBody(request);
  if ("refused" in body) return body.refused;
  const name = text(body.value, "name");
  const version = world.versions.get(text(body.value, "template_version_id"));
  if (!/^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$/.test(name) || name.length > 32) {
    const detail = `Validation failed for tag "template_name" with value: "${name}"`;
    return problem(400, "Validation failed.", { validations: [{ field: "name", detail }] });
  }
  if ([...world.templates.values()].some((template) => template.name === name)) {
    return problem(409, `Template with name "${name}" already exists.`, {
      validations: [{ field: "name", detail: "This value is already in use and should be unique." }],
    });
  }
  if (!version) {
    return problem(404, `Template version "${text(body.value, "template_version_id")}" does not exist.`, {
      validations: [{ field: "template_version_id", detail: "Template version does not exist" }],
    });
  }
  const at = now();
  const ttl = body.value["default_ttl_ms"];
  const template: EmulatedTemplate = {
    id: randomUUID(),
    createdAt: at,
    createdById: request.user?.id ?? "",
    description: text(body.value, "description"),
    defaultTtlMs: typeof ttl === "number" ? ttl : 0,
    name,
    displayName: text(body.value, "display_name"),
    activeVersionId: version.id,
    updatedAt: at,
  };
  version.templateId = template.id;
  version.updatedAt = at;
  world.templates.set(template.id, template);
  return created(templateView(world, template));
}

function activate({ world }: EmulatedDeployment, request: ApiRequest): Reply {
  const found = byId(world.templates, request.params["template"] ?? "");
  if ("refused" in found) return found.refused;
  const body = jsonBody(request);
  if ("refused" in body) return body.refused;
  const version = world.versions.get(text(body.value, "id"));
  if (!version) return problem(404, "Template version not found.");
  if (version.templateId !== found.value.id) {
    return problem(400, "The provided template version doesn't belong to the specified template.");
  }
  found.value.activeVersionId = version.id;
  found.value.updatedAt = now();
  return ok({ message: "Updated the active template version!" });
}

function remove(deployment: EmulatedDeployment, request: ApiRequest): Reply {
  const { world } = deployment;
  const found = byId(world.templates, request.params["template"] ?? "");
  if ("refused" in found) return found.refused;
  const used = [...world.workspaces.values()].some(
    ({ templateId, deleted }) => templateId === found.value.id && !deleted,
  );
  if (used) return problem(400, "All workspaces must be deleted before a template can be removed.");
  world.templates.delete(found.value.id);
  if (request.user !== undefined) notifyOfDeletion(deployment, found.value, request.user);
  return ok({ message: "Template has been deleted!" });
}

function named({ world }: EmulatedDeployment, name: string): EmulatedTemplate | undefined {
  return [...world.templates.values()].find((template) => template.name === name.toLowerCase());
}
