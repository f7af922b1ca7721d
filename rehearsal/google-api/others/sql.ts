import { type Json, listOf, objectOf, textOf } from "../json.ts";
import { type Operation } from "../operations.ts";
import { pageOf } from "../pages.ts";
import { alreadyExists, GoogleRefusal, invalid, notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { Key } from "../store.ts";
import type { MockWorld } from "../world.ts";
import { makeInstance } from "./sql-instance.ts";

const BASE = "https://sqladmin.googleapis.com/sql/v1beta4/";

/** The API `sqladmin.googleapis.com`, version 1beta4: instances, their databases and users. */
export function sql(world: MockWorld, request: GoogleApiRequest): Json {
  const { method, parts, path, query } = request;
  if (path === "flags") return flags(world, query.get("databaseVersion"));
  const [, project, collection, instance, inner, name] = parts;
  if (project !== world.project.id) throw notAuthorized();
  if (collection === "operations") {
    return sqlOperation(world, world.operations.find("sql", `projects/${project}`, instance ?? ""));
  }
  if (collection !== "instances") throw notFound(path);
  const key: Key = `sql/projects/${project}/instances/${instance ?? ""}`;
  if (instance === undefined) {
    if (method === "POST") return create(world, request);
    const { members, next } = pageOf(world.store.below(`sql/${path}`), query, world.project.pageSize);
    // An empty list is answered without its members.
    return {
      kind: "sql#instancesList",
      ...(members.length === 0 ? {} : { items: members.map(([, one]) => one) }),
      ...next,
    };
  }
  const known = world.store.get(key);
  // Google does not say whether a name is free: it was, or is, somebody's.
  if (known === undefined) throw notAuthorized();
  if (inner !== undefined) return inside(world, request, key, inner, name);
  if (method === "GET") return known;
  refuseWhileBusy(world, path);
  if (method === "DELETE") {
    if (objectOf(known["settings"])["deletionProtectionEnabled"] === true) {
      throw new GoogleRefusal(
        400,
        "failedPrecondition",
        "The instance is protected. Please disable the deletion protection and try again.",
      );
    }
    world.store.merge(key, { state: "PENDING_DELETE" });
    return start(world, path, "DELETE", "delete", () => {
      world.store.deleteTree(key);
      world.store.delete(attachmentKey(known));
    });
  }
  const settings = { ...objectOf(known["settings"]), ...objectOf(request.body["settings"]) };
  return start(world, path, "UPDATE", "update", () => world.store.merge(key, { ...request.body, settings }));
}

function create(world: MockWorld, { body, path }: GoogleApiRequest): Json {
  const name = textOf(body, "name") ?? "";
  const key: Key = `sql/${path}/${name}`;
  if (world.store.get(key) !== undefined)
    throw new GoogleRefusal(409, "instanceAlreadyExists", "The Cloud SQL instance already exists.");
  const instance = makeInstance(world, body);
  world.store.set(key, instance);
  const attachment = attachmentKey(instance);
  return start(world, `${path}/${name}`, "CREATE", "create", () => {
    world.store.merge(key, { state: "RUNNABLE" });
    if (instance["pscServiceAttachmentLink"] !== undefined) world.store.set(attachment, {});
  });
}

/**
 * Key of the attachment in the database's own network that offers it. It is not a resource of this project: no list has
 * it.
 */
function attachmentKey(instance: Json): Key {
  return `compute/${textOf(instance, "pscServiceAttachmentLink") ?? "none"}`;
}

function inside(
  world: MockWorld,
  request: GoogleApiRequest,
  key: Key,
  inner: string,
  name: string | undefined,
): Json {
  const { method, body, path, query } = request;
  if (inner !== "databases" && inner !== "users") throw notFound(path);
  const kind = inner === "databases" ? "sql#database" : "sql#user";
  const place: Key = `${key}/${inner}`;
  const instance = key.replace(/^sql\//, "");
  if (method === "GET") {
    if (name === undefined)
      return { kind: `${kind}sList`.replace("user", "users").replace("ss", "s"), ...itemsOf(world, place) };
    const known = world.store.get(`${place}/${name}`);
    if (known === undefined) throw notFound(path);
    return known;
  }
  refuseWhileBusy(world, instance);
  if (objectOf(world.store.get(key))["state"] !== "RUNNABLE")
    throw new GoogleRefusal(
      400,
      "invalidState",
      "The instance is not in an appropriate state to handle the request.",
    );
  if (method === "DELETE") {
    const gone = name ?? query.get("name") ?? "";
    return start(world, instance, `DELETE_${inner.slice(0, -1).toUpperCase()}`, "update", () =>
      world.store.delete(`${place}/${gone}`),
    );
  }
  const made = textOf(body, "name") ?? name ?? query.get("name") ?? "";
  if (made === "") throw invalid("name", made, "It must be set");
  const member: Key = `${place}/${made}`;
  if (method === "POST" && inner === "databases" && world.store.get(member) !== undefined)
    throw alreadyExists(path);
  // A password is never answered, and so not kept.
  const kept = Object.fromEntries(Object.entries(body).filter(([field]) => field !== "password"));
  return start(world, instance, inner === "databases" ? "CREATE_DATABASE" : "CREATE_USER", "update", () =>
    world.store.set(member, {
      charset: inner === "databases" ? "UTF8" : undefined,
      collation: inner === "databases" ? "en_US.UTF8" : undefined,
      ...kept,
      kind,
      name: made,
      instance: instance.split("/").at(-1),
      project: world.project.id,
      etag: "ZXRhZw==",
      ...(inner === "databases" ? { selfLink: `${BASE}${instance}/databases/${made}` } : { host: "" }),
    }),
  );
}

function itemsOf(world: MockWorld, place: Key): Json {
  const members = world.store.below(place).map(([, one]) => one);
  return members.length === 0 ? {} : { items: members };
}

function flags(world: MockWorld, version: string | null): Json {
  const { postgresVersions } = world.project;
  if (version !== null && !postgresVersions.includes(version)) {
    throw new GoogleRefusal(400, "invalid", `Invalid value for: ${version} is not a valid value`);
  }
  return {
    kind: "sql#flagsList",
    items: [{ kind: "sql#flag", name: "max_connections", type: "INTEGER", appliesTo: postgresVersions }],
  };
}

/** Cloud SQL works on one thing of an instance at a time. */
function refuseWhileBusy(world: MockWorld, instance: string): void {
  if (world.operations.on("sql", instance) === undefined) return;
  throw new GoogleRefusal(
    409,
    "operationInProgress",
    "Operation failed because another operation was already in progress. Try your request after the current operation is complete.",
  );
}

function notAuthorized(): GoogleRefusal {
  return new GoogleRefusal(403, "notAuthorized", "The client is not authorized to make this request.");
}

function start(
  world: MockWorld,
  target: string,
  type: string,
  act: "create" | "update" | "delete",
  finish: () => void,
): Json {
  const operation = world.operations.start({
    api: "sql",
    type,
    target,
    scope: `projects/${world.project.id}`,
    durationMs: world.durationMs(act === "update" ? "databases" : "sqlInstances", act),
    finish: () => {
      finish();
      return undefined;
    },
  });
  return sqlOperation(world, operation);
}

function sqlOperation(
  { project }: MockWorld,
  { work, name, startedAt, endedAt, done, error }: Operation,
): Json {
  return {
    kind: "sql#operation",
    name,
    status: done ? "DONE" : "RUNNING",
    operationType: work.type,
    targetId: work.target.split("/").at(-1),
    targetProject: project.id,
    targetLink: `${BASE}${work.target}`,
    insertTime: startedAt,
    startTime: startedAt,
    ...(endedAt === undefined ? {} : { endTime: endedAt }),
    ...(error === undefined
      ? {}
      : {
          error: { kind: "sql#operationErrors", errors: listOf([{ kind: "sql#operationError", ...error }]) },
        }),
    selfLink: `${BASE}${work.scope}/operations/${name}`,
  };
}
