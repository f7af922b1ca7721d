import { type Json, objectOf, textOf } from "../json.ts";
import { pageOf } from "../pages.ts";
import { GoogleRefusal, notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { Key } from "../store.ts";
import type { MockWorld } from "../world.ts";
import { createCluster, deleteCluster, updateCluster } from "./cluster.ts";
import { createPool, deletePool, setPool } from "./node-pool.ts";
import { poolsOf, shownCluster } from "./shown.ts";
import { containerOperation } from "./write-operation.ts";

/** The API `container.googleapis.com`, version 1: clusters and their node pools. */
export function container(world: MockWorld, request: GoogleApiRequest): Json {
  const { method, parts, path } = request;
  const [, project, , location = "", collection, name, inner, pool] = parts;
  if (project !== world.project.id) throw notFound(`projects/${project ?? ""}`);
  if (collection === "serverConfig") return serverConfig(world);
  if (collection === "operations") return operations(world, location, name);
  if (collection !== "clusters") throw notFound(path);
  if (name === undefined) {
    return method === "POST" ? createCluster(world, location, request.body) : list(world, request, location);
  }
  const key: Key = `container/projects/${project}/locations/${location}/clusters/${name}`;
  const known = world.store.get(key);
  if (known === undefined) throw notFound(path);
  if (inner === undefined) return ofCluster(world, request, key, known);
  if (inner !== "nodePools") throw notFound(path);
  if (pool === undefined) {
    return method === "POST" ? createPool(world, key, request.body) : { nodePools: poolsOf(world, key) };
  }
  const poolKey: Key = `${key}/nodePools/${pool}`;
  if (world.store.get(poolKey) === undefined) throw notFound(path);
  if (method === "DELETE") return deletePool(world, key, poolKey);
  return method === "GET" ? (world.store.get(poolKey) ?? {}) : setPool(world, key, poolKey, request);
}

function ofCluster(
  world: MockWorld,
  { method, verb, body, path }: GoogleApiRequest,
  key: Key,
  known: Json,
): Json {
  if (method === "GET") return shownCluster(world, key, known);
  if (method === "DELETE") return deleteCluster(world, key);
  switch (verb) {
    case undefined:
      return updateCluster(world, key, desired(objectOf(body["update"])));
    case "setMaintenancePolicy":
      return updateCluster(world, key, { maintenancePolicy: body["maintenancePolicy"] });
    case "setResourceLabels":
      return updateCluster(world, key, { resourceLabels: body["resourceLabels"] });
    default:
      throw new GoogleRefusal(404, "notFound", `this mock has no ${verb} of ${path}`);
  }
}

/** `desiredAddonsConfig` of an update is `addonsConfig` of the cluster. */
function desired(update: Json): Json {
  return Object.fromEntries(
    Object.entries(update).map(([field, value]) => {
      const name = field.replace(/^desired/, "");
      return [name.charAt(0).toLowerCase() + name.slice(1), value];
    }),
  );
}

function list(world: MockWorld, { query, parts }: GoogleApiRequest, location: string): Json {
  const all = world.store
    .entries()
    .filter(([key]) => /^container\/projects\/[^/]+\/locations\/[^/]+\/clusters\/[^/]+$/.test(key))
    .filter(([key]) => location === "-" || key.includes(`/locations/${location}/`))
    .filter(([key]) => key.startsWith(`container/projects/${parts[1] ?? ""}/`));
  const { members, next } = pageOf(all, query, world.project.pageSize);
  // A project without clusters is answered without the list.
  if (all.length === 0) return {};
  return { clusters: members.map(([key, one]) => shownCluster(world, key, one)), ...next };
}

function operations(world: MockWorld, location: string, name: string | undefined): Json {
  const scope = `projects/${world.project.id}/locations/${location}`;
  if (name !== undefined) return containerOperation(world, world.operations.find("container", scope, name));
  const all = world.operations.list("container").filter(({ work }) => work.scope === scope);
  return all.length === 0 ? {} : { operations: all.map((one) => containerOperation(world, one)) };
}

function serverConfig({ project }: MockWorld): Json {
  const channels = Object.entries(project.kubernetesVersions).map(([channel, versions]) => ({
    channel,
    defaultVersion: versions[0],
    validVersions: versions,
  }));
  const all = [...new Set(Object.values(project.kubernetesVersions).flat())];
  return {
    defaultClusterVersion: textOf(objectOf(channels[1]), "defaultVersion"),
    validMasterVersions: all,
    validNodeVersions: all,
    validImageTypes: ["COS_CONTAINERD", "UBUNTU_CONTAINERD"],
    channels,
  };
}
