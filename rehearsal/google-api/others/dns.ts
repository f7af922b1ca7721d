import { type Json, listOf, objectOf, textOf } from "../json.ts";
import { pageOf } from "../pages.ts";
import { alreadyExists, GoogleRefusal, notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { Key } from "../store.ts";
import { timeOf, type MockWorld } from "../world.ts";

/** The API `dns.googleapis.com`, version 1: zones and their records. */
export function dns(world: MockWorld, request: GoogleApiRequest): Json {
  const { method, parts, path, query } = request;
  const [, project, collection, zone, records, name, type] = parts;
  if (project !== world.project.id || collection !== "managedZones") throw notFound(path);
  if (zone === undefined) {
    if (method === "POST") return create(world, request);
    return page(world, `dns/${path}`, query, "managedZones", "dns#managedZonesListResponse");
  }
  const key: Key = `dns/projects/${project}/managedZones/${zone}`;
  const known = world.store.get(key);
  if (known === undefined) throw notFound(path);
  if (records === "rrsets") {
    if (name !== undefined && type !== undefined)
      return ofRecord(world, method, `${key}/rrsets/${name}/${type}`);
    if (method === "POST") return addRecord(world, key, request.body);
    const all = world.store.entries().filter(([other]) => other.startsWith(`${key}/rrsets/`));
    const { members, next } = pageOf(all, query, world.project.pageSize);
    return { kind: "dns#resourceRecordSetsListResponse", rrsets: members.map(([, one]) => one), ...next };
  }
  if (method === "DELETE") {
    const own = new Set(["NS", "SOA"]);
    const left = world.store
      .entries()
      .filter(([other, one]) => other.startsWith(`${key}/rrsets/`) && !own.has(textOf(one, "type") ?? ""));
    if (left.length > 0) {
      throw new GoogleRefusal(
        400,
        "containerNotEmpty",
        `The resource named '${zone}' cannot be deleted because it contains one or more 'resource records'.`,
      );
    }
    world.store.deleteTree(key);
    return {};
  }
  return known;
}

function create(world: MockWorld, { body, path }: GoogleApiRequest): Json {
  const name = textOf(body, "name") ?? "";
  const key: Key = `dns/${path}/${name}`;
  if (world.store.get(key) !== undefined) throw alreadyExists(`${path}/${name}`);
  const zone = { ...body, kind: "dns#managedZone", id: world.newId(), creationTime: timeOf(world) };
  world.store.set(key, zone);
  for (const type of ["NS", "SOA"]) addRecord(world, key, { name: body["dnsName"], type, ttl: 21_600 });
  return zone;
}

function addRecord(world: MockWorld, zone: Key, record: Json): Json {
  const made = { kind: "dns#resourceRecordSet", ...record, rrdatas: listOf(record["rrdatas"]) };
  world.store.set(`${zone}/rrsets/${String(record["name"])}/${String(record["type"])}`, made);
  return made;
}

function ofRecord(world: MockWorld, method: string, key: Key): Json {
  const known = world.store.get(key);
  if (known === undefined) throw notFound(key);
  if (method === "DELETE") world.store.delete(key);
  return method === "DELETE" ? {} : objectOf(known);
}

function page(world: MockWorld, collection: Key, query: URLSearchParams, field: string, kind: string): Json {
  const { members, next } = pageOf(world.store.below(collection), query, world.project.pageSize);
  return { kind, [field]: members.map(([, one]) => one), ...next };
}
