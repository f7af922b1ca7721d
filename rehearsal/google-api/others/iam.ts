import { type Json, objectOf, textOf } from "../json.ts";
import { pageOf } from "../pages.ts";
import { alreadyExists, GoogleRefusal, notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { Key } from "../store.ts";
import type { MockWorld } from "../world.ts";
import { answerPolicy, forgetAccount } from "./policies.ts";

const ACCOUNT_ID = /^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/;

/** The API `iam.googleapis.com`, version 1: service accounts and their policies. */
export function iam(world: MockWorld, request: GoogleApiRequest): Json {
  const { method, parts, path, query } = request;
  const [, project, collection, email] = parts;
  if (project !== world.project.id && project !== "-") throw notFound(`projects/${project ?? ""}`);
  if (collection !== "serviceAccounts") throw notFound(path);
  if (email === undefined) {
    if (method === "POST") return create(world, request.body);
    const { members, next } = pageOf(
      world.store.below(`iam/projects/${world.project.id}/serviceAccounts`),
      query,
      world.project.pageSize,
    );
    // A project without accounts is answered without the list.
    return members.length === 0 ? next : { accounts: members.map(([, one]) => one), ...next };
  }
  const found = find(world, email);
  if (found === undefined) {
    throw new GoogleRefusal(404, "notFound", `Unknown service account: ${email}`);
  }
  const [key, account] = found;
  const policy = answerPolicy(world, { ...request, path: key.replace(/^iam\//, "") });
  if (policy !== undefined) return policy;
  if (method === "DELETE") {
    world.store.delete(key);
    world.policies.delete(key);
    forgetAccount(world, textOf(account, "email") ?? "", textOf(account, "uniqueId") ?? "");
    return {};
  }
  if (method === "PATCH") {
    world.store.merge(key, objectOf(request.body["serviceAccount"]));
    return world.store.get(key) ?? {};
  }
  return account;
}

function create(world: MockWorld, body: Json): Json {
  const accountId = textOf(body, "accountId") ?? "";
  if (!ACCOUNT_ID.test(accountId)) {
    throw new GoogleRefusal(
      400,
      "badRequest",
      `Invalid account id "${accountId}": it must have 6 to 30 lower case letters, digits and hyphens`,
    );
  }
  const { id } = world.project;
  const email = `${accountId}@${id}.iam.gserviceaccount.com`;
  const name = `projects/${id}/serviceAccounts/${email}`;
  if (world.store.get(`iam/${name}`) !== undefined) throw alreadyExists(name);
  const uniqueId = world.newId();
  const account = {
    ...objectOf(body["serviceAccount"]),
    name,
    projectId: id,
    uniqueId,
    email,
    oauth2ClientId: uniqueId,
    etag: "MDEwMjE5MjA=",
  };
  world.store.set(`iam/${name}`, account);
  return account;
}

/** An account by its address, or by its number. */
function find(world: MockWorld, email: string): readonly [Key, Json] | undefined {
  return world.store
    .below(`iam/projects/${world.project.id}/serviceAccounts`)
    .find(([key, one]) => key.endsWith(`/${email}`) || one["uniqueId"] === email);
}
