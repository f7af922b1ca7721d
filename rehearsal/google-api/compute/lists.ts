import type { Json } from "../json.ts";
import { notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import { pageOf } from "../pages.ts";
import type { Key } from "../store.ts";
import type { MockWorld } from "../world.ts";
import { MOCK_COLLECTIONS, singularOf } from "./collections.ts";
import { linkTo } from "./links.ts";
import type { ResourcePlace } from "./place.ts";
import { shown } from "./shown.ts";
import { computeOperation } from "./write-operation.ts";

/** The members of one collection in one place. */
export function listPlace(world: MockWorld, place: ResourcePlace, { query }: GoogleApiRequest): Json {
  const all = world.store
    .below(`compute/${place.scope}/${place.collection}`)
    .filter(([, one]) => passes(one, query.get("filter")));
  const { members, next } = pageOf(all, query, world.project.pageSize);
  return {
    kind: `compute#${singularOf(place.collection)}List`,
    id: `${place.scope}/${place.collection}`,
    items: members.map(([key, one]) => shown(world, key, one)),
    selfLink: linkTo(`${place.scope}/${place.collection}`),
    ...next,
  };
}

/** A collection in all zones and regions. */
export function listAggregated(world: MockWorld, { parts, path, query }: GoogleApiRequest): Json {
  const [, id = "", , collection = ""] = parts;
  const known = MOCK_COLLECTIONS[collection];
  if (known === undefined || known.levels.every((level) => level === "global")) throw notFound(path);
  const all = world.store
    .entries()
    .filter(([key]) => key.startsWith(`compute/projects/${id}/`) && collectionOf(key) === collection)
    .filter(([, one]) => passes(one, query.get("filter")));
  const { members, next } = pageOf(all, query, world.project.pageSize);
  const items: Record<string, Json> = {};
  for (const [key, one] of members) {
    const scope = key.split("/").slice(3, -2).join("/");
    const known = (items[scope]?.[collection] ?? []) as readonly Json[];
    items[scope] = { [collection]: [...known, shown(world, key, one)] };
  }
  // Google names the scopes without a member as well, each with a warning that says so.
  items["zones/europe-west1-b"] ??= {
    warning: {
      code: "NO_RESULTS_ON_PAGE",
      message: "There are no results for scope 'zones/europe-west1-b'.",
    },
  };
  for (const scope of world.project.unreachable) {
    items[scope] = { warning: { code: "UNREACHABLE", message: `The scope '${scope}' is unreachable.` } };
  }
  return {
    kind: `compute#${singularOf(collection)}AggregatedList`,
    id: `projects/${id}/aggregated/${collection}`,
    items,
    selfLink: linkTo(`projects/${id}/aggregated/${collection}`),
    ...next,
  };
}

/** The operations of one place. */
export function listOperations(world: MockWorld, scope: string, { query }: GoogleApiRequest): Json {
  const all = world.operations.list("compute").filter(({ work }) => work.scope === scope);
  const { members, next } = pageOf(all, query, world.project.pageSize);
  return { kind: "compute#operationList", items: members.map(computeOperation), ...next };
}

function collectionOf(key: Key): string | undefined {
  return key.split("/").at(-2);
}

/** The one form of filter that clients of the mock use: a field equal to a text. */
function passes(one: Json, filter: string | null): boolean {
  const [, field = "", value] = /^\(?\s*(\w+)\s*(?:=|eq)\s*"?([^")]*)"?\s*\)?$/.exec(filter ?? "") ?? [];
  return value === undefined || one[field] === value;
}
