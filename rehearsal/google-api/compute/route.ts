import type { Json } from "../json.ts";
import { GoogleRefusal, notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { MockWorld } from "../world.ts";
import { answerAction } from "./actions.ts";
import { answerCatalogue } from "./catalogue.ts";
import { answerMember, insert } from "./change.ts";
import { listAggregated, listOperations, listPlace } from "./lists.ts";
import { keyIn, resourcePlaceOf } from "./place.ts";
import { shown } from "./shown.ts";
import { computeOperation } from "./write-operation.ts";

/** The API `compute.googleapis.com`, version 1. */
export function compute(world: MockWorld, request: GoogleApiRequest): Json {
  const { method, parts, path } = request;
  const fixed = answerCatalogue(world, request);
  if (fixed !== undefined) return fixed;
  if (parts[1] !== world.project.id) throw notFound(`projects/${parts[1] ?? ""}`);
  if (parts[2] === "aggregated") return listAggregated(world, request);
  const scope = /^(.*)\/operations$/.exec(path)?.[1];
  if (scope !== undefined && method === "GET") return listOperations(world, scope, request);
  const operation = /^(.*)\/operations\/([^/]+)(\/wait)?$/.exec(path);
  if (operation !== null) {
    return computeOperation(world.operations.find("compute", operation[1] ?? "", operation[2] ?? ""));
  }
  const place = resourcePlaceOf(request);
  const { name, action } = place;
  if (name === undefined) {
    if (method === "GET") return listPlace(world, place, request);
    if (method === "POST") return insert(world, place, request.body);
    throw new GoogleRefusal(405, "httpMethodNotAllowed", `${method} is not allowed here`);
  }
  if (action !== undefined) return answerAction(world, place, name, request);
  if (method !== "GET") return answerMember(world, place, name, request);
  const key = keyIn(place, name);
  const known = world.store.get(key);
  if (known === undefined) throw notFound(path);
  return shown(world, key, known);
}
