import { type Json, objectOf, textOf } from "../json.ts";
import { pageOf } from "../pages.ts";
import { alreadyExists, GoogleRefusal, invalid, notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { Key } from "../store.ts";
import { timeOf, type MockWorld } from "../world.ts";
import { answerPolicy } from "./policies.ts";

/** The API `secretmanager.googleapis.com`, version 1. */
export function secretManager(world: MockWorld, request: GoogleApiRequest): Json {
  const { method, parts, path, query } = request;
  const [, project, collection, secret, versions, version] = parts;
  if (project !== world.project.id || collection !== "secrets") throw notFound(path);
  if (secret === undefined)
    return method === "POST" ? create(world, request) : list(world, path, query, "secrets");
  const key: Key = `secretManager/projects/${project}/secrets/${secret}`;
  const known = world.store.get(key);
  if (known === undefined)
    throw new GoogleRefusal(404, "notFound", `Secret [${path}] not found or has no versions.`);
  if (versions !== undefined) {
    return version === undefined
      ? list(world, path, query, "versions")
      : ofVersion(world, request, key, version);
  }
  const policy = answerPolicy(world, request);
  if (policy !== undefined) return policy;
  if (request.verb === "addVersion") return addVersion(world, key, request.body);
  if (method === "DELETE") {
    for (const version of world.payloads.keys())
      if (version.startsWith(`${key}/`)) world.payloads.delete(version);
    world.store.deleteTree(key);
    world.policies.delete(key);
    return {};
  }
  if (method === "PATCH") world.store.merge(key, request.body);
  return world.store.get(key) ?? {};
}

function create(world: MockWorld, { query, body, parts }: GoogleApiRequest): Json {
  const id = query.get("secretId") ?? "";
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(id))
    throw invalid("secret_id", id, "It must match [a-zA-Z0-9_-]{1,255}");
  if (body["replication"] === undefined) throw invalid("secret.replication", "", "It must be set");
  const path = `projects/${parts[1] ?? ""}/secrets/${id}`;
  if (world.store.get(`secretManager/${path}`) !== undefined) throw alreadyExists(path);
  const secret = {
    ...body,
    // The project is named by its number, whatever it was asked by.
    name: `projects/${world.project.number}/secrets/${id}`,
    createTime: timeOf(world),
    etag: `"${world.newId()}"`,
  };
  world.store.set(`secretManager/${path}`, secret);
  return secret;
}

function addVersion(world: MockWorld, key: Key, body: Json): Json {
  const number = world.store.below(`${key}/versions`).length + 1;
  const name = `projects/${world.project.number}/secrets/${key.split("/").at(-1) ?? ""}/versions/${number}`;
  const version = {
    name,
    createTime: timeOf(world),
    state: "ENABLED",
    replicationStatus: { automatic: {} },
    etag: `"${world.newId()}"`,
  };
  // The payload is kept apart: no answer but that of `access` has it.
  world.store.set(`${key}/versions/${number}`, version);
  world.payloads.set(`${key}/versions/${number}`, textOf(objectOf(body["payload"]), "data") ?? "");
  return version;
}

function ofVersion(world: MockWorld, { verb, path }: GoogleApiRequest, secret: Key, asked: string): Json {
  const all = world.store.below(`${secret}/versions`);
  const number = asked === "latest" ? String(all.length) : asked;
  const key: Key = `${secret}/versions/${number}`;
  const known = world.store.get(key);
  if (known === undefined) throw new GoogleRefusal(404, "notFound", `Secret Version [${path}] not found.`);
  switch (verb) {
    case undefined:
      return known;
    case "access": {
      if (known["state"] !== "ENABLED") {
        throw new GoogleRefusal(
          400,
          "failedPrecondition",
          `Secret Version [${path}] is in ${String(known["state"])} state.`,
        );
      }
      return {
        name: known["name"],
        payload: { data: world.payloads.get(key) },
      };
    }
    case "destroy":
      world.payloads.delete(key);
      world.store.merge(key, { state: "DESTROYED", destroyTime: timeOf(world) });
      return world.store.get(key) ?? {};
    case "enable":
    case "disable":
      world.store.merge(key, { state: verb === "enable" ? "ENABLED" : "DISABLED" });
      return world.store.get(key) ?? {};
    default:
      throw notFound(`${path}:${verb}`);
  }
}

function list(world: MockWorld, path: string, query: URLSearchParams, field: "secrets" | "versions"): Json {
  const all = world.store.below(`secretManager/${path}`);
  const { members, next } = pageOf(all, query, world.project.pageSize);
  if (all.length === 0) return {};
  return { [field]: members.map(([, one]) => one), totalSize: all.length, ...next };
}
