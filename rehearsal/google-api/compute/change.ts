import { type Json, textOf } from "../json.ts";
import { GoogleRefusal, notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { OperationError } from "../operations.ts";
import type { Key } from "../store.ts";
import { timeOf, type MockWorld } from "../world.ts";
import { checkCreate } from "./checks.ts";
import { singularOf } from "./collections.ts";
import { withDefaults } from "./defaults.ts";
import { linkTo, linkPathOf } from "./links.ts";
import { makeMachine, removeMachine } from "./machine.ts";
import { keyIn, type ResourcePlace } from "./place.ts";
import { postedTakes, shortQuotas, type ShortQuota } from "./quotas.ts";
import { computeOperation } from "./write-operation.ts";

/** Creates a member: it can be listed at once, and is ready when the operation is done. */
export function insert(world: MockWorld, place: ResourcePlace, posted: Json): Json {
  checkCreate(world, place, posted);
  const name = textOf(posted, "name") ?? "";
  const [short] = shortQuotas(world, postedTakes(world, place.collection, posted));
  if (short !== undefined) {
    const error = quotaExceeded(world, short, place);
    return start(world, place, name, "insert", "create", () => undefined, error);
  }
  const key = keyIn(place, name);
  const id = world.newId();
  const machine = place.collection === "instances";
  const made = machine
    ? makeMachine(world, place, posted)
    : withDefaults(world, place.collection, posted, id);
  world.store.set(key, {
    ...withLinks(made),
    kind: `compute#${singularOf(place.collection)}`,
    id,
    creationTimestamp: timeOf(world),
    selfLink: linkTo(`${place.scope}/${place.collection}/${name}`),
    ...(place.location === "" ? {} : { [place.level]: linkTo(place.scope) }),
    fingerprint: "ZmluZ2VycHJpbnQ=",
    ...(posted["labels"] === undefined ? {} : { labelFingerprint: "bGFiZWxz" }),
  });
  if (place.collection === "networks") makeDefaultRoute(world, place, key, id);
  if (place.collection === "forwardingRules") useAddress(world, key, true);
  return start(world, place, name, "insert", "create", () => {
    if (machine) world.store.merge(key, { status: "RUNNING" });
  });
}

/** Compute accepts a create that a quota has no room for, and ends its operation with this. */
function quotaExceeded(
  { project }: MockWorld,
  { metric, level, limit }: ShortQuota,
  place: ResourcePlace,
): OperationError {
  const region = place.location.replace(/-[a-z]$/, "");
  const where = level === "project" ? "globally" : `in region ${region}`;
  const message = `Quota '${metric}' exceeded.  Limit: ${limit.toFixed(1)} ${where}.`;
  const quotaInfo = {
    metricName: `compute.googleapis.com/${metric.toLowerCase()}`,
    limitName: `${metric.replaceAll("_", "-")}-per-project${level === "project" ? "" : "-region"}`,
    limit,
    dimensions: level === "project" ? { global: "global" } : { project: project.id, region },
  };
  return { code: "QUOTA_EXCEEDED", message, errorDetails: [{ quotaInfo }] };
}

/** Deletes a member, unless another resource uses it. */
export function remove(world: MockWorld, place: ResourcePlace, name: string): Json {
  const key = keyIn(place, name);
  const path = `${place.scope}/${place.collection}/${name}`;
  const known = world.store.get(key);
  if (known === undefined) throw notFound(path);
  if (known["deletionProtection"] === true) {
    throw new GoogleRefusal(
      400,
      "invalid",
      `Invalid resource usage: 'Resource cannot be deleted if it's protected against deletion. '${path}' has deletionProtection set'.`,
    );
  }
  const running = world.operations.on("compute", path);
  if (running !== undefined) {
    throw new GoogleRefusal(400, "resourceNotReady", `The resource '${path}' is not ready`);
  }
  checkUnused(world, place, path, known);
  if (Array.isArray(known["peerings"]) && known["peerings"].length > 0) {
    throw new GoogleRefusal(
      400,
      "resourceInUseByAnotherResource",
      `The network resource '${path}' is already being used by a peering`,
    );
  }
  if (place.collection === "instances") world.store.merge(key, { status: "STOPPING" });
  return start(world, place, name, "delete", "delete", () => {
    if (place.collection === "forwardingRules") useAddress(world, key, false);
    if (place.collection === "instances") removeMachine(world, key);
    else world.store.delete(key);
    if (place.collection === "networks") world.store.delete(routeKey(place, key));
  });
}

/** Changes fields of a member, as `patch` and `update` do. */
export function change(
  world: MockWorld,
  place: ResourcePlace,
  name: string,
  fields: Json,
  type = "patch",
): Json {
  const key = keyIn(place, name);
  if (world.store.get(key) === undefined) throw notFound(`${place.scope}/${place.collection}/${name}`);
  return start(world, place, name, type, "update", () => world.store.merge(key, fields));
}

/** Starts an operation of compute on a member; an error is what it ends with. */
function start(
  world: MockWorld,
  place: ResourcePlace,
  name: string,
  type: string,
  act: "create" | "update" | "delete",
  finish: () => void,
  error?: OperationError,
): Json {
  return computeOperation(
    world.operations.start({
      api: "compute",
      type,
      target: `${place.scope}/${place.collection}/${name}`,
      scope: place.scope,
      durationMs: world.durationMs(place.collection, act),
      finish: () => {
        finish();
        return error;
      },
    }),
  );
}

function checkUnused(world: MockWorld, place: ResourcePlace, path: string, known: Json): void {
  const holder = world.store.holderOf(path, (key) => isDefaultRoute(key));
  const users = known["users"];
  const user = holder ?? (Array.isArray(users) ? (users as string[])[0] : undefined);
  if (user === undefined) return;
  const by = linkPathOf(user) ?? user;
  throw new GoogleRefusal(
    400,
    "resourceInUseByAnotherResource",
    `The ${singularOf(place.collection)} resource '${path}' is already being used by '${by}'`,
  );
}

/** Links of whichever host, version or shortness become the one that Google answers with. */
function withLinks(resource: Json): Json {
  return Object.fromEntries(
    Object.entries(resource).map(([field, value]) => [
      field,
      LINKS.has(field) && typeof value === "string" ? linkTo(linkPathOf(value) ?? value) : value,
    ]),
  );
}

const LINKS = new Set([
  "network",
  "subnetwork",
  "target",
  "backendService",
  "machineType",
  "type",
  "sourceImage",
]);

/** The default route out of a network, which is created and deleted with it. */
function makeDefaultRoute(world: MockWorld, place: ResourcePlace, network: Key, id: string): void {
  const route = routeKey(place, network);
  const name = route.split("/").at(-1);
  world.store.set(route, {
    kind: "compute#route",
    id,
    name,
    creationTimestamp: timeOf(world),
    network: linkTo(linkPathOf(network) ?? ""),
    destRange: "0.0.0.0/0",
    priority: 1_000,
    nextHopGateway: linkTo(`${place.scope}/gateways/default-internet-gateway`),
    selfLink: linkTo(linkPathOf(route) ?? ""),
  });
}

function routeKey(place: ResourcePlace, network: Key): Key {
  return `compute/${place.scope}/routes/default-route-${network.split("/").at(-1) ?? ""}`;
}

function isDefaultRoute(key: Key): boolean {
  return key.includes("/global/routes/default-route-");
}

/** Marks the address that a rule took as in use, or as free again. */
function useAddress(world: MockWorld, rule: Key, inUse: boolean): void {
  const address = world.store.get(rule)?.["IPAddress"];
  const self = linkTo(linkPathOf(rule) ?? "");
  const reserved = world.store
    .entries()
    .find(([key, one]) => key.includes("/addresses/") && one["address"] === address);
  if (reserved === undefined) return;
  world.store.merge(
    reserved[0],
    inUse ? { status: "IN_USE", users: [self] } : { status: "RESERVED", users: [] },
  );
}

/** Performs a request that changes or deletes one member, and returns its answer. */
export function answerMember(
  world: MockWorld,
  place: ResourcePlace,
  name: string,
  request: GoogleApiRequest,
): Json {
  switch (request.method) {
    case "DELETE":
      return remove(world, place, name);
    case "PATCH":
    case "PUT":
      return change(world, place, name, request.body, request.method === "PUT" ? "update" : "patch");
    default:
      throw new GoogleRefusal(405, "httpMethodNotAllowed", `${request.method} is not allowed here`);
  }
}
