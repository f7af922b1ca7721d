import { type Json, listOf, objectOf, textOf } from "../json.ts";
import { alreadyExists, GoogleRefusal, invalid, notFound } from "../refusal.ts";
import type { MockWorld } from "../world.ts";
import { overlap } from "./addresses.ts";
import { OUTPUT_FIELDS } from "./collections.ts";
import { linkPathOf } from "./links.ts";
import { keyIn, type ResourcePlace } from "./place.ts";

const NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const LABEL = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/** Refuses a create that Google refuses: unknown and missing fields, wrong names, what does not exist, what exists already. */
export function checkCreate(world: MockWorld, place: ResourcePlace, posted: Json): void {
  const { known, collection } = place;
  const unknown = Object.keys(posted).find(
    (field) => known.fields !== undefined && !known.fields.has(field) && !OUTPUT_FIELDS.has(field),
  );
  if (unknown !== undefined) throw unknownField(unknown);
  const missing = (known.required ?? []).find((field) => posted[field] === undefined);
  if (missing !== undefined) {
    throw new GoogleRefusal(400, "required", `Required field '${missing}' not specified`);
  }
  const name = textOf(posted, "name") ?? "";
  if (!NAME.test(name)) throw invalid("resource.name", name, `Must be a match of regex '${NAME.source}'`);
  checkLabels(posted["labels"]);
  for (const field of known.references ?? []) checkReference(world, posted[field]);
  if (collection === "subnetworks") checkRange(world, posted);
  if (world.store.get(keyIn(place, name)) !== undefined) {
    throw alreadyExists(`${place.scope}/${collection}/${name}`);
  }
}

/** Returns Google's refusal of a field that it does not know. */
export function unknownField(field: string): GoogleRefusal {
  return new GoogleRefusal(
    400,
    "badRequest",
    `Invalid JSON payload received. Unknown name "${field}": Cannot find field.`,
  );
}

/** Refuses labels that break the rules for them. */
export function checkLabels(labels: unknown): void {
  const entries = Object.entries(objectOf(labels));
  if (entries.length > 64) throw invalid("resource.labels", entries.length, "At most 64 labels are allowed");
  for (const [key, value] of entries) {
    if (!LABEL.test(key) || !/^\p{Ll}/u.test(key))
      throw invalid("resource.labels", key, "The key is not allowed");
    if (typeof value !== "string" || !LABEL.test(value))
      throw invalid("resource.labels", value, "The value is not allowed");
  }
}

/** Refuses a link to a resource that does not exist. */
export function checkReference(world: MockWorld, value: unknown): void {
  const path = linkPathOf(value);
  if (path === undefined) return;
  if (world.store.get(`compute/${path}`) === undefined) throw notFound(path);
}

/** Refuses a range that shares addresses with one of the same network. */
function checkRange(world: MockWorld, posted: Json): void {
  const network = linkPathOf(posted["network"]);
  const taken = world.store
    .entries()
    .filter(([key, one]) => /\/subnetworks\/[^/]+$/.test(key) && linkPathOf(one["network"]) === network)
    .flatMap(([, one]) => rangesOf(one));
  const clash = rangesOf(posted).find((range) => taken.some((other) => overlap(range, other)));
  if (clash !== undefined) {
    throw invalid("resource.ipCidrRange", clash, "It conflicts with the range of an existing subnetwork");
  }
}

function rangesOf(subnetwork: Json): readonly string[] {
  const secondary = listOf(subnetwork["secondaryIpRanges"]).map((range) => objectOf(range)["ipCidrRange"]);
  return [subnetwork["ipCidrRange"], ...secondary].filter(
    (range): range is string => typeof range === "string",
  );
}
