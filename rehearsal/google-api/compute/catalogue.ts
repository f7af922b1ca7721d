import type { Json } from "../json.ts";
import { pageOf } from "../pages.ts";
import { notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { MockWorld } from "../world.ts";
import { linkTo } from "./links.ts";
import { quotasNow } from "./quotas.ts";

const DISK_TYPES = ["pd-standard", "pd-balanced", "pd-ssd", "pd-extreme", "hyperdisk-balanced"];
const ZONES = ["a", "b", "c", "f"];

/**
 * Answers for things that exist in every project without being created: the project, its regions, zones, machine types
 * and images.
 */
export function answerCatalogue(world: MockWorld, request: GoogleApiRequest): Json | undefined {
  const { parts, path, method } = request;
  const [, id = "", level, location, collection, name] = parts;
  if (method !== "GET") return undefined;
  if (level === "global" && location === "images" && id !== world.project.id) {
    if (world.project.removedImages.has(path)) throw notFound(path);
    return {
      ...named("compute#image", path),
      status: "READY",
      family: "debian-12",
      diskSizeGb: "10",
      architecture: "X86_64",
    };
  }
  if (id !== world.project.id) throw notFound(`projects/${id}`);
  if (level === undefined) return { ...named("compute#project", path), ...quotasOf(world, "project") };
  if (level === "regions" && collection === undefined) {
    return location === undefined
      ? listOfNames("compute#regionList", path, ["us-central1"], request, world)
      : region(world, path, location);
  }
  if (level !== "zones") return undefined;
  if (location === undefined)
    return listOfNames(
      "compute#zoneList",
      path,
      ZONES.map((letter) => `us-central1-${letter}`),
      request,
      world,
    );
  if (collection === undefined) return zone(world, path, location);
  if (collection === "machineTypes") return machineTypes(world, request, name);
  if (collection === "diskTypes" && name !== undefined) {
    if (!DISK_TYPES.includes(name)) throw notFound(path);
    return { ...named("compute#diskType", path), zone: linkTo(`projects/${id}/zones/${location}`) };
  }
  return undefined;
}

function region(world: MockWorld, path: string, location: string): Json {
  const zones = ZONES.map((letter) => linkTo(`projects/${world.project.id}/zones/${location}-${letter}`));
  return { ...named("compute#region", path), status: "UP", zones, ...quotasOf(world, "region") };
}

function zone({ project }: MockWorld, path: string, location: string): Json {
  const region = linkTo(`projects/${project.id}/regions/${location.replace(/-[a-z]$/, "")}`);
  return {
    ...named("compute#zone", path),
    status: "UP",
    region,
    availableCpuPlatforms: project.cpuPlatforms,
  };
}

function machineTypes(world: MockWorld, request: GoogleApiRequest, name: string | undefined): Json {
  const { machineTypes: known, pageSize } = world.project;
  const all = [...known].map(([type, { cores, memoryGib }]) => ({
    ...named("compute#machineType", `${request.path.replace(/\/machineTypes.*$/, "")}/machineTypes/${type}`),
    guestCpus: cores,
    memoryMb: memoryGib * 1_024,
    isSharedCpu: /^(e2-(micro|small|medium)|f1|g1)/.test(type),
  }));
  if (name === undefined) {
    const { members, next } = pageOf(all, request.query, pageSize);
    return { kind: "compute#machineTypeList", items: members, ...next };
  }
  const found = all.find((one) => one["name"] === name);
  if (found === undefined) throw notFound(request.path);
  return found;
}

function quotasOf(world: MockWorld, level: "region" | "project"): Json {
  return { quotas: [...quotasNow(world, level)].map(([metric, quota]) => ({ metric, ...quota })) };
}

function listOfNames(
  kind: string,
  path: string,
  names: readonly string[],
  { query }: GoogleApiRequest,
  { project }: MockWorld,
): Json {
  const { members, next } = pageOf(names, query, project.pageSize);
  return { kind, items: members.map((name) => named(kind.replace("List", ""), `${path}/${name}`)), ...next };
}

function named(kind: string, path: string): Json & { readonly name: string } {
  return { kind, name: path.split("/").at(-1) ?? "", selfLink: linkTo(path) };
}
