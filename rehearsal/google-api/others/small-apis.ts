import type { Json } from "../json.ts";
import { pageOf } from "../pages.ts";
import { notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { MockWorld } from "../world.ts";

/** The API `serviceusage.googleapis.com`, version 1: which APIs are enabled. */
export function serviceUsage(world: MockWorld, { path, query }: GoogleApiRequest): Json {
  const { id, number, services, pageSize } = world.project;
  const all = services.map((name) => ({
    name: `projects/${number}/services/${name}.googleapis.com`,
    config: { name: `${name}.googleapis.com` },
    state: "ENABLED",
    parent: `projects/${number}`,
  }));
  if (path === `projects/${id}/services`) {
    const { members, next } = pageOf(all, query, pageSize);
    return { services: members, ...next };
  }
  const one = all.find(({ config }) => path === `projects/${id}/services/${config.name}`);
  if (one === undefined) throw notFound(path);
  return one;
}

/** The API `www.googleapis.com/oauth2`, version 3: information about a token. */
export function oauth2(world: MockWorld, { path }: GoogleApiRequest): Json {
  if (path !== "tokeninfo" && path !== "userinfo") throw notFound(path);
  return world.project.tokenInfo;
}

/** Cloud Storage: no bucket exists. */
export function storage(_world: MockWorld, { path }: GoogleApiRequest): Json {
  throw notFound(path);
}
