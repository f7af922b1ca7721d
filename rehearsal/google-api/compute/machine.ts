import { type Json, listOf, objectOf, textOf } from "../json.ts";
import { GoogleRefusal, invalid, notFound } from "../refusal.ts";
import type { Key } from "../store.ts";
import { timeOf, type MockWorld } from "../world.ts";
import { nextAddress } from "./addresses.ts";
import { checkReference } from "./checks.ts";
import { lastOf, linkTo, linkPathOf } from "./links.ts";
import type { ResourcePlace } from "./place.ts";

/** A machine as Google answers it; makes the disks that are created along with it. */
export function makeMachine(world: MockWorld, place: ResourcePlace, posted: Json): Json {
  checkMachine(world, place, posted);
  const name = textOf(posted, "name") ?? "";
  const self = linkTo(`${place.scope}/instances/${name}`);
  const shielded = objectOf(posted["shieldedInstanceConfig"]);
  return {
    deletionProtection: false,
    startRestricted: false,
    canIpForward: false,
    cpuPlatform: posted["minCpuPlatform"] ?? world.project.cpuPlatforms[0],
    ...posted,
    machineType: linkTo(`${place.scope}/machineTypes/${lastOf(textOf(posted, "machineType") ?? "")}`),
    status: "PROVISIONING",
    lastStartTimestamp: timeOf(world),
    disks: listOf(posted["disks"]).map((disk, index) =>
      attach(world, place, self, name, objectOf(disk), index),
    ),
    networkInterfaces: listOf(posted["networkInterfaces"]).map((face, index) =>
      interfaceOf(world, objectOf(face), index),
    ),
    metadata: { kind: "compute#metadata", fingerprint: "bWV0YQ==", ...objectOf(posted["metadata"]) },
    tags: { fingerprint: "dGFncw==", ...objectOf(posted["tags"]) },
    scheduling: {
      onHostMaintenance: "MIGRATE",
      automaticRestart: true,
      preemptible: false,
      provisioningModel: "STANDARD",
      ...objectOf(posted["scheduling"]),
    },
    shieldedInstanceConfig: {
      enableSecureBoot: false,
      enableVtpm: true,
      enableIntegrityMonitoring: true,
      ...shielded,
    },
    shieldedInstanceIntegrityPolicy: { updateAutoLearnPolicy: true },
  };
}

function checkMachine(world: MockWorld, place: ResourcePlace, posted: Json): void {
  const type = lastOf(textOf(posted, "machineType") ?? "");
  if (!world.project.machineTypes.has(type)) {
    throw invalid("resource.machineType", posted["machineType"], "The referenced resource does not exist");
  }
  const platform = posted["minCpuPlatform"];
  if (typeof platform === "string" && platform !== "" && !world.project.cpuPlatforms.includes(platform))
    throw invalid("resource.minCpuPlatform", platform, "The zone does not have it");
  for (const face of listOf(posted["networkInterfaces"])) {
    checkReference(world, objectOf(face)["network"]);
    checkReference(world, objectOf(face)["subnetwork"]);
  }
  for (const account of listOf(posted["serviceAccounts"])) {
    const email = textOf(objectOf(account), "email") ?? "default";
    const path = `projects/${world.project.id}/serviceAccounts/${email}` as const;
    if (!/^default$|-compute@developer/.test(email) && world.store.get(`iam/${path}`) === undefined)
      throw new GoogleRefusal(
        400,
        "badRequest",
        `The resource '${path}' of type 'serviceAccount' was not found`,
      );
  }
  for (const disk of listOf(posted["disks"])) {
    const image = linkPathOf(objectOf(objectOf(disk)["initializeParams"])["sourceImage"]);
    if (image !== undefined && world.project.removedImages.has(image)) throw notFound(image);
    checkReference(world, objectOf(disk)["source"]);
  }
  if (!place.location.includes("-")) throw notFound(place.scope);
}

/** The machine's side of a disk; a disk that does not exist yet is made. */
function attach(
  world: MockWorld,
  place: ResourcePlace,
  self: string,
  machine: string,
  disk: Json,
  index: number,
): Json {
  const { initializeParams, ...rest } = disk;
  const params = objectOf(initializeParams);
  const name = textOf(params, "diskName") ?? (index === 0 ? machine : `${machine}-${index}`);
  const existing = linkPathOf(rest["source"]);
  const path = existing ?? `${place.scope}/disks/${name}`;
  const key: Key = `compute/${path}`;
  if (existing === undefined) {
    const id = world.newId();
    world.store.set(key, {
      kind: "compute#disk",
      id,
      name,
      creationTimestamp: timeOf(world),
      status: "READY",
      sizeGb: textOf(params, "diskSizeGb") ?? "10",
      type: linkTo(`${place.scope}/diskTypes/${lastOf(textOf(params, "diskType") ?? "pd-standard")}`),
      ...(params["sourceImage"] === undefined ? {} : { sourceImage: params["sourceImage"] }),
      labels: objectOf(params["labels"]),
      labelFingerprint: "bGFiZWxz",
      physicalBlockSizeBytes: "4096",
      zone: linkTo(place.scope),
      selfLink: linkTo(path),
    });
  }
  const users = listOf(world.store.get(key)?.["users"]);
  world.store.merge(key, { users: [...users, self], lastAttachTimestamp: timeOf(world) });
  return {
    kind: "compute#attachedDisk",
    type: "PERSISTENT",
    mode: "READ_WRITE",
    boot: index === 0,
    autoDelete: false,
    deviceName: `persistent-disk-${index}`,
    interface: "SCSI",
    architecture: "X86_64",
    ...rest,
    index,
    source: linkTo(path),
    diskSizeGb: textOf(world.store.get(key) ?? {}, "sizeGb"),
  };
}

function interfaceOf(world: MockWorld, face: Json, index: number): Json {
  const subnetwork = linkPathOf(face["subnetwork"]);
  const known = subnetwork === undefined ? {} : (world.store.get(`compute/${subnetwork}`) ?? {});
  return {
    kind: "compute#networkInterface",
    name: `nic${index}`,
    stackType: "IPV4_ONLY",
    fingerprint: "bmlj",
    ...(subnetwork === undefined
      ? {}
      : { network: known["network"], networkIP: nextAddress(world, subnetwork) }),
    ...face,
    ...(subnetwork === undefined ? {} : { subnetwork: linkTo(subnetwork) }),
  };
}

/** Removes a machine with its own disks; the other disks are detached and kept. */
export function removeMachine(world: MockWorld, key: Key): void {
  const machine = world.store.get(key);
  if (machine === undefined) return;
  const self = linkTo(key.replace(/^compute\//, ""));
  world.store.delete(key);
  for (const disk of listOf(machine["disks"]).map(objectOf)) {
    const path = linkPathOf(disk["source"]);
    if (path === undefined) continue;
    if (disk["autoDelete"] === true) world.store.delete(`compute/${path}`);
    else {
      const users = listOf(world.store.get(`compute/${path}`)?.["users"]);
      world.store.merge(`compute/${path}`, { users: users.filter((user) => user !== self) });
    }
  }
}

/** Deletes the machines whose `maxRunDuration` is over, as Google does without being asked. */
export function endExpiredMachines(world: MockWorld): void {
  for (const [key, machine] of world.store.entries()) {
    if (!/^compute\/.*\/instances\/[^/]+$/.test(key)) continue;
    const scheduling = objectOf(machine["scheduling"]);
    const seconds = Number(objectOf(scheduling["maxRunDuration"])["seconds"]);
    const started = Date.parse(textOf(machine, "lastStartTimestamp") ?? "");
    if (scheduling["instanceTerminationAction"] !== "DELETE" || Number.isNaN(seconds + started)) continue;
    if (started + seconds * 1_000 <= world.clock.now()) removeMachine(world, key);
  }
}
