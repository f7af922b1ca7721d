import type { Json } from "../json.ts";
import type { Key } from "../store.ts";
import type { MockWorld } from "../world.ts";
import { linkTo, linkPathOf } from "./links.ts";

/** A resource with the fields that follow from others. */
export function shown({ store }: MockWorld, key: Key, resource: Json): Json {
  if (!/\/global\/networks\/[^/]+$/.test(key)) return resource;
  const path = linkPathOf(key);
  const subnetworks = store
    .entries()
    .filter(([other, one]) => /\/subnetworks\/[^/]+$/.test(other) && linkPathOf(one["network"]) === path)
    .map(([other]) => linkTo(other.replace(/^compute\//, "")));
  return subnetworks.length === 0 ? resource : { ...resource, subnetworks };
}
