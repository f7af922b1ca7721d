import { type Json, listOf, objectOf, textOf } from "../json.ts";
import { checkLabels, checkReference, unknownField } from "../compute/checks.ts";
import { linkTo, linkPathOf } from "../compute/links.ts";
import { alreadyExists, GoogleRefusal, invalid } from "../refusal.ts";
import type { Key } from "../store.ts";
import { timeOf, type MockWorld } from "../world.ts";
import { clusterDefaults } from "./cluster-defaults.ts";
import { CLUSTER_FIELDS } from "./cluster-fields.ts";
import { addPool, checkManagement, checkQuotas } from "./node-pool.ts";
import { removePool } from "./nodes.ts";
import { versionFor } from "./version.ts";
import { startOnCluster } from "./write-operation.ts";

/** Creates a cluster, with the pool that it is given or the default one. */
export function createCluster(world: MockWorld, location: string, body: Json): Json {
  const posted = objectOf(body["cluster"]);
  const name = textOf(posted, "name") ?? "";
  const parent = `projects/${world.project.id}/locations/${location}`;
  const key: Key = `container/${parent}/clusters/${name}`;
  checkCluster(world, key, posted);
  const first = {
    name: "default-pool",
    initialNodeCount: posted["initialNodeCount"] ?? 3,
    config: posted["nodeConfig"],
  };
  const given = listOf(posted["nodePools"]).map(objectOf);
  const pools = given.length === 0 ? [first] : given;
  checkQuotas(world, pools);
  const channel = textOf(objectOf(posted["releaseChannel"]), "channel") ?? "";
  const version = versionFor(world, channel, textOf(posted, "initialClusterVersion"));
  world.store.set(key, {
    // The store keeps the pools apart.
    ...clusterDefaults(world, location, { ...posted, nodePools: undefined }),
    id: world.newId(),
    name,
    location,
    zone: location,
    locations: listOf(posted["locations"]).length === 0 ? [location] : posted["locations"],
    status: "PROVISIONING",
    createTime: timeOf(world),
    initialClusterVersion: version,
    currentMasterVersion: version,
    currentNodeVersion: version,
    nodeConfig: objectOf(posted["nodeConfig"]),
    etag: "ZXRhZw==",
    selfLink: `https://container.googleapis.com/v1/${parent}/clusters/${name}`,
  });
  for (const pool of pools) addPool(world, key, pool);
  return startOnCluster(world, key, {
    type: "CREATE_CLUSTER",
    collection: "clusters",
    act: "create",
    finish: () => {
      world.store.merge(key, { status: "RUNNING" });
      for (const [pool] of world.store.below(`${key}/nodePools`))
        world.store.merge(pool, { status: "RUNNING" });
    },
  });
}

/** Deletes a cluster with its pools and their machines. */
export function deleteCluster(world: MockWorld, key: Key): Json {
  if (world.store.get(key)?.["deletionProtection"] === true) {
    throw new GoogleRefusal(400, "failedPrecondition", "deletion protection of the cluster is enabled");
  }
  return startOnCluster(world, key, {
    type: "DELETE_CLUSTER",
    collection: "clusters",
    act: "delete",
    finish: () => {
      for (const [pool] of world.store.below(`${key}/nodePools`)) removePool(world, pool);
      world.store.deleteTree(key);
    },
  });
}

/** Changes fields of a cluster. */
export function updateCluster(world: MockWorld, key: Key, fields: Json): Json {
  return startOnCluster(world, key, {
    type: "UPDATE_CLUSTER",
    collection: "clusters",
    act: "update",
    finish: () => world.store.merge(key, fields),
  });
}

function checkCluster(world: MockWorld, key: Key, posted: Json): void {
  const unknown = Object.keys(posted).find((field) => !CLUSTER_FIELDS.has(field));
  if (unknown !== undefined) throw unknownField(unknown);
  const name = textOf(posted, "name") ?? "";
  if (!/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name))
    throw invalid("cluster.name", name, "At most 40 characters");
  if (world.store.get(key) !== undefined) throw alreadyExists(key.replace(/^container\//, ""));
  const channel = textOf(objectOf(posted["releaseChannel"]), "channel") ?? "UNSPECIFIED";
  if (channel === "UNSPECIFIED") {
    throw new GoogleRefusal(
      400,
      "badRequest",
      "Creating a cluster without a release channel is no longer supported. Enroll the cluster in a release channel.",
    );
  }
  checkLabels(posted["resourceLabels"]);
  for (const field of ["network", "subnetwork"]) {
    const value = textOf(posted, field);
    if (value !== undefined) checkReference(world, linkTo(linkPathOf(value) ?? value));
  }
  for (const pool of listOf(posted["nodePools"])) checkManagement(objectOf(pool));
  checkRanges(world, posted);
}

/** Secondary ranges that a cluster names must be the subnetwork's. */
function checkRanges(world: MockWorld, posted: Json): void {
  const policy = objectOf(posted["ipAllocationPolicy"]);
  const path = linkPathOf(posted["subnetwork"]);
  if (path === undefined) return;
  const ranges = listOf(world.store.get(`compute/${path}`)?.["secondaryIpRanges"]).map(
    (range) => objectOf(range)["rangeName"],
  );
  for (const field of ["clusterSecondaryRangeName", "servicesSecondaryRangeName"]) {
    const named = policy[field];
    if (named !== undefined && named !== "" && !ranges.includes(named))
      throw invalid(`cluster.ipAllocationPolicy.${field}`, named, "The subnetwork has no such range");
  }
}
