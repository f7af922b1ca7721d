import type { GoogleApiRequest } from "../request.ts";
import { notFound } from "../refusal.ts";
import type { Key } from "../store.ts";
import { MOCK_COLLECTIONS, type MockCollection, type ResourceLevel } from "./collections.ts";

/** Target of a request: a collection, one member of it, or an action of a member. */
export interface ResourcePlace {
  readonly collection: string;
  readonly known: MockCollection;
  readonly level: ResourceLevel;
  /** `projects/p/zones/z`, and of operations. */
  readonly scope: string;
  /** The zone's or region's name; empty where the resource is global. */
  readonly location: string;
  readonly name: string | undefined;
  readonly action: string | undefined;
}

/** Reads a path such as `projects/p/zones/z/disks/d`; refuses what names no collection that the mock has. */
export function resourcePlaceOf({ path, parts }: GoogleApiRequest): ResourcePlace {
  const [, project = "", level = "", ...rest] = parts;
  const global = level === "global";
  const location = global ? "" : (rest.shift() ?? "");
  const [collection = "", name, action] = rest;
  const known = MOCK_COLLECTIONS[collection];
  const word = global ? "global" : level.slice(0, -1);
  const found = known?.levels.find((one) => one === word);
  if (known === undefined || found === undefined) throw notFound(path);
  const scope = ["projects", project, level, location].filter(Boolean).join("/");
  return { collection, known, level: found, scope, location, name, action };
}

/** The key of a member of the place's collection. */
export function keyIn({ scope, collection }: ResourcePlace, name: string): Key {
  return `compute/${scope}/${collection}/${name}`;
}
