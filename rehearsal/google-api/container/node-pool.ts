import { type Json, listOf, objectOf, textOf } from "../json.ts";
import { disksTake, machinesTake, shortQuotas, sumTaken } from "../compute/quotas.ts";
import { alreadyExists, GoogleRefusal, invalid } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { Key } from "../store.ts";
import type { MockWorld } from "../world.ts";
import { makeNodes, removePool } from "./nodes.ts";
import { startOnCluster } from "./write-operation.ts";

/** Adds a node pool to a cluster. */
export function createPool(world: MockWorld, cluster: Key, body: Json): Json {
  const pool = objectOf(body["nodePool"]);
  const key: Key = `${cluster}/nodePools/${textOf(pool, "name") ?? ""}`;
  if (world.store.get(key) !== undefined) throw alreadyExists(key.replace(/^container\//, ""));
  checkManagement(pool);
  checkQuotas(world, [pool]);
  const started = startOnCluster(world, cluster, {
    type: "CREATE_NODE_POOL",
    target: key,
    collection: "nodePools",
    act: "create",
    finish: () => world.store.merge(key, { status: "RUNNING" }),
  });
  addPool(world, cluster, pool);
  world.operations.settle();
  if (started["status"] === "DONE") world.store.merge(key, { status: "RUNNING" });
  return started;
}

/** Deletes a node pool with its machines. */
export function deletePool(world: MockWorld, cluster: Key, key: Key): Json {
  return startOnCluster(world, cluster, {
    type: "DELETE_NODE_POOL",
    target: key,
    collection: "nodePools",
    act: "delete",
    finish: () => removePool(world, key),
  });
}

/** Changes a node pool: its management, or any other field that is named. */
export function setPool(world: MockWorld, cluster: Key, key: Key, { verb, body }: GoogleApiRequest): Json {
  const fields = verb === "setManagement" ? { management: body["management"] } : body;
  checkManagement({ ...world.store.get(key), ...fields });
  return startOnCluster(world, cluster, {
    type: verb === "setManagement" ? "SET_NODE_POOL_MANAGEMENT" : "UPDATE_NODE_POOL",
    target: key,
    collection: "nodePools",
    act: "update",
    finish: () => world.store.merge(key, fields),
  });
}

/** In a release channel nodes are repaired and upgraded, whatever is asked for. */
export function checkManagement(pool: Json): void {
  const management = objectOf(pool["management"]);
  for (const field of ["autoUpgrade", "autoRepair"]) {
    if (management[field] === true || (management[field] === undefined && pool["management"] === undefined))
      continue;
    throw new GoogleRefusal(
      400,
      "badRequest",
      `Auto_upgrade and auto_repair cannot be false when the cluster is in a release channel: ${field} is false.`,
    );
  }
}

/** Refuses pools whose machines and disks a quota has no room for, with every short quota as GKE does. */
export function checkQuotas(world: MockWorld, pools: readonly Json[]): void {
  const taken = pools.map((pool) => {
    const config = objectOf(pool["config"]);
    const count = Number(pool["initialNodeCount"] ?? 0);
    return sumTaken([
      machinesTake(world, textOf(config, "machineType") ?? "e2-medium", count),
      disksTake(textOf(config, "diskType") ?? "pd-balanced", count * Number(config["diskSizeGb"] ?? 100)),
    ]);
  });
  const short = shortQuotas(world, sumTaken(taken));
  if (short.length === 0) return;
  const words = short.map(
    ({ metric, level, asked, limit, free }) =>
      `insufficient ${level === "project" ? "project" : "regional"} quota to satisfy request: resource "${metric}": request requires '${asked.toFixed(1)}' and is short '${(asked - free).toFixed(1)}'. project has a quota of '${limit.toFixed(1)}' with '${free.toFixed(1)}' available.`,
  );
  throw new GoogleRefusal(
    403,
    "forbidden",
    words.length === 1 ? (words[0] ?? "") : words.map((one, index) => `\n\t(${index + 1}) ${one}`).join(""),
  );
}

/** Keeps a pool with GKE's defaults, and makes its machines. */
export function addPool(world: MockWorld, cluster: Key, posted: Json): void {
  const known = world.store.get(cluster) ?? {};
  const name = textOf(posted, "name") ?? "";
  const config = objectOf(posted["config"]);
  const type = textOf(config, "machineType") ?? "e2-medium";
  if (!world.project.machineTypes.has(type))
    throw invalid("nodePool.config.machineType", type, "It does not exist");
  const key: Key = `${cluster}/nodePools/${name}`;
  const location = textOf(known, "location") ?? "";
  const constraint = { maxPodsPerNode: "110" };
  const pool: Json = {
    initialNodeCount: 0,
    management: { autoUpgrade: true, autoRepair: true },
    ...posted,
    name,
    config: nodeConfig(config, type),
    version: textOf(posted, "version") ?? known["currentMasterVersion"],
    status: "PROVISIONING",
    locations: listOf(posted["locations"]).length === 0 ? [location] : posted["locations"],
    maxPodsConstraint: posted["maxPodsConstraint"] ?? constraint,
    podIpv4CidrSize: Number(objectOf(posted["maxPodsConstraint"])["maxPodsPerNode"] ?? 110) > 128 ? 23 : 24,
    networkConfig: {
      podRange: objectOf(known["ipAllocationPolicy"])["clusterSecondaryRangeName"],
      podIpv4CidrBlock: objectOf(known["ipAllocationPolicy"])["clusterIpv4CidrBlock"],
      podIpv4RangeUtilization: 0,
      enablePrivateNodes: hasPrivateNodes(known),
      ...objectOf(posted["networkConfig"]),
    },
    upgradeSettings: { maxSurge: 1, strategy: "SURGE", ...objectOf(posted["upgradeSettings"]) },
    selfLink: `https://container.googleapis.com/v1/${key.replace(/^container\//, "")}`,
    etag: "ZXRhZw==",
  };
  world.store.set(key, { ...pool, ...makeNodes(world, key, { cluster: known, pool, location }) });
}

function nodeConfig(posted: Json, machineType: string): Json {
  return {
    diskSizeGb: 100,
    diskType: "pd-balanced",
    imageType: "COS_CONTAINERD",
    serviceAccount: "default",
    effectiveCgroupMode: "EFFECTIVE_CGROUP_MODE_V2",
    windowsNodeConfig: {},
    resourceManagerTags: {},
    ...posted,
    metadata: { "disable-legacy-endpoints": "true", ...objectOf(posted["metadata"]) },
    kubeletConfig: {
      insecureKubeletReadonlyPortEnabled: true,
      maxParallelImagePulls: 2,
      ...objectOf(posted["kubeletConfig"]),
    },
    shieldedInstanceConfig: {
      enableIntegrityMonitoring: true,
      ...objectOf(posted["shieldedInstanceConfig"]),
    },
    bootDisk: {
      diskType: posted["diskType"] ?? "pd-balanced",
      sizeGb: String(Number(posted["diskSizeGb"] ?? 100)),
    },
    machineType,
  };
}

/** An old and a new field say whether a cluster's nodes have private addresses only. */
function hasPrivateNodes(cluster: Json): boolean {
  return (
    objectOf(cluster["privateClusterConfig"])["enablePrivateNodes"] === true ||
    objectOf(cluster["networkConfig"])["defaultEnablePrivateNodes"] === true
  );
}
