import type { Json } from "../json.ts";
import type { Key } from "../store.ts";
import type { World } from "../world.ts";
import { linkTo, pathOf } from "./links.ts";

/** A resource with the fields that follow from others. */
export function shown({ store }: World, key: Key, resource: Json): Json {
  if (!/\/global\/networks\/[^/]+$/.test(key)) return resource;
  const path = pathOf(key);
  const subnetworks = store
    .entries()
    .filter(([other, one]) => /\/subnetworks\/[^/]+$/.test(other) && pathOf(one["network"]) === path)
    .map(([other]) => linkTo(other.replace(/^compute\//, "")));
  return subnetworks.length === 0 ? resource : { ...resource, subnetworks };
}
