import { type Json, listOf, objectOf } from "../json.ts";
import { GoogleRefusal, notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { MockWorld } from "../world.ts";
import { change } from "./change.ts";
import { keyIn, type ResourcePlace } from "./place.ts";

type Act = (known: Json, body: Json) => Json;

/** Changes that `POST …/<name>/<action>` makes. */
const ACTIONS: Readonly<Record<string, Act>> = {
  setLabels: (_known, body) => ({ labels: objectOf(body["labels"]), labelFingerprint: "bGFiZWxz" }),
  setMetadata: (_known, body) => ({
    metadata: { kind: "compute#metadata", fingerprint: "bWV0YQ==", ...body },
  }),
  setTags: (_known, body) => ({ tags: { ...body, fingerprint: "dGFncw==" } }),
  setScheduling: (known, body) => ({ scheduling: { ...objectOf(known["scheduling"]), ...body } }),
  start: () => ({ status: "RUNNING" }),
  stop: () => ({ status: "TERMINATED" }),
  resize: (_known, body) => body,
  removePeering: (known, body) => ({
    peerings: listOf(known["peerings"]).filter((peering) => objectOf(peering)["name"] !== body["name"]),
  }),
  addPeering: (known, body) => ({
    peerings: [...listOf(known["peerings"]), objectOf(body["networkPeering"])],
  }),
};

/** Answers an action of a member, with the requested value or an operation. */
export function answerAction(
  world: MockWorld,
  place: ResourcePlace,
  name: string,
  request: GoogleApiRequest,
): Json {
  const action = place.action ?? "";
  const known = world.store.get(keyIn(place, name));
  if (known === undefined) throw notFound(request.path.replace(/\/[^/]+$/, ""));
  if (action === "getGuestAttributes") return guestAttributes(known, request);
  if (action === "setDeletionProtection") {
    const protection = request.query.get("deletionProtection") !== "false";
    return change(world, place, name, { deletionProtection: protection }, action);
  }
  const act = ACTIONS[action];
  if (act === undefined) {
    throw new GoogleRefusal(404, "notFound", `this mock has no ${action} of ${place.collection}`);
  }
  return change(world, place, name, act(known, request.body), action);
}

/** Returns what a machine reported about itself; 404 when it has not reported anything of that name yet. */
function guestAttributes(machine: Json, { query, path }: GoogleApiRequest): Json {
  const asked = query.get("queryPath") ?? "";
  const reported = objectOf(machine["guestAttributes"])[asked];
  if (reported === undefined) throw notFound(`${path}/${asked}`);
  return { kind: "compute#guestAttributes", queryPath: asked, queryValue: { items: listOf(reported) } };
}
