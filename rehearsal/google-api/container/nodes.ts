import { type Json, objectOf, textOf } from "../json.ts";
import { nextAddress } from "../compute/addresses.ts";
import { linkTo, linkPathOf } from "../compute/links.ts";
import type { Key } from "../store.ts";
import { timeOf, type MockWorld } from "../world.ts";

/** A pool's place. */
interface PoolPlace {
  readonly cluster: Json;
  readonly pool: Json;
  readonly location: string;
}

/** Makes what GKE makes in compute for a pool: a template, a group with its manager, machines with their disks. */
export function makeNodes(world: MockWorld, key: Key, { cluster, pool, location }: PoolPlace): Json {
  const id = world.newId();
  const stem = `gke-${(textOf(cluster, "name") ?? "").slice(0, 20)}-${(textOf(pool, "name") ?? "").slice(-16)}-${id.slice(-4)}`;
  const zone = `projects/${world.project.id}/zones/${location}`;
  const made: Key[] = [];
  const make = (path: string, resource: Json): string => {
    const key: Key = `compute/${path}`;
    made.push(key);
    const name = path.split("/").at(-1);
    const at = path.startsWith(zone) ? { zone: linkTo(zone) } : {};
    world.store.set(key, {
      id: world.newId(),
      name,
      creationTimestamp: timeOf(world),
      selfLink: linkTo(path),
      ...at,
      ...resource,
    });
    return linkTo(path);
  };
  const { network, subnetwork } = objectOf(cluster["networkConfig"]);
  const place = { network: linkTo(String(network)), subnetwork: linkTo(String(subnetwork)) };
  const config = objectOf(pool["config"]);
  const labels = {
    ...objectOf(config["resourceLabels"]),
    "goog-gke-node": "",
    "goog-k8s-cluster-name": cluster["name"],
  };
  const count = Number(pool["initialNodeCount"]);
  const diskType = linkTo(`${zone}/diskTypes/${textOf(config, "diskType") ?? "pd-balanced"}`);
  const machineType = linkTo(`${zone}/machineTypes/${textOf(config, "machineType") ?? ""}`);
  const template = make(`projects/${world.project.id}/global/instanceTemplates/${stem}`, {
    kind: "compute#instanceTemplate",
    properties: { labels, networkInterfaces: [place] },
  });
  const group = make(`${zone}/instanceGroups/${stem}-grp`, {
    kind: "compute#instanceGroup",
    ...place,
    size: count,
  });
  const manager = make(`${zone}/instanceGroupManagers/${stem}-grp`, {
    kind: "compute#instanceGroupManager",
    instanceTemplate: template,
    instanceGroup: group,
    baseInstanceName: stem,
    targetSize: count,
  });
  for (let index = 0; index < count; index += 1) {
    const name = `${stem}-${String(index).padStart(4, "0")}`;
    const self = linkTo(`${zone}/instances/${name}`);
    const disk = make(`${zone}/disks/${name}`, {
      kind: "compute#disk",
      labels,
      users: [self],
      sizeGb: String(Number(config["diskSizeGb"] ?? 100)),
      type: diskType,
      status: "READY",
    });
    const networkIP = nextAddress(world, linkPathOf(place.subnetwork) ?? "");
    make(`${zone}/instances/${name}`, {
      kind: "compute#instance",
      status: "RUNNING",
      machineType,
      cpuPlatform: config["minCpuPlatform"] ?? "Intel Ice Lake",
      labels,
      networkInterfaces: [{ ...place, networkIP }],
      disks: [{ source: disk, autoDelete: true, boot: true }],
    });
  }
  world.companions.set(key, made);
  return { instanceGroupUrls: [manager] };
}

/** Removes a pool with all that was made along with it. */
export function removePool(world: MockWorld, key: Key): void {
  for (const made of world.companions.get(key) ?? []) world.store.delete(made);
  world.companions.delete(key);
  world.store.delete(key);
}
