import type { ApiName } from "./api-names.ts";
import { type Json, listOf } from "./json.ts";

/** A resource's place: its API and its path below the API's version. */
export type Key = `${ApiName}/${string}`;

/** Fields that name others without holding them: what is named there can be deleted first. */
const NOT_HELD = new Set([
  "selfLink",
  "selfLinkWithId",
  "users",
  "region",
  "zone",
  // A pool's members are named only.
  "instances",
]);

/** All resources, as they are answered. */
export class Store {
  readonly #resources = new Map<string, Json>();

  get(key: Key): Json | undefined {
    return this.#resources.get(key);
  }

  set(key: Key, resource: Json): void {
    this.#resources.set(key, resource);
  }

  /** Changes fields of a resource that may have been deleted meanwhile. */
  merge(key: Key, fields: Json): void {
    const known = this.#resources.get(key);
    if (known !== undefined) this.#resources.set(key, { ...known, ...fields });
  }

  delete(key: Key): void {
    this.#resources.delete(key);
  }

  /** Deletes everything below a key as well. */
  deleteTree(key: Key): void {
    for (const other of this.keys()) if (other === key || other.startsWith(`${key}/`)) this.delete(other);
  }

  clear(): void {
    this.#resources.clear();
  }

  get size(): number {
    return this.#resources.size;
  }

  keys(): readonly Key[] {
    return [...this.#resources.keys()] as Key[];
  }

  entries(): readonly (readonly [Key, Json])[] {
    return [...this.#resources] as [Key, Json][];
  }

  /** Members of a collection, in the order in which they were made. */
  below(collection: Key): readonly (readonly [Key, Json])[] {
    return this.entries().filter(([key]) => key.slice(0, key.lastIndexOf("/")) === collection);
  }

  /** Returns the key of the first resource that uses the one of this path, except those that are deleted with it. */
  holderOf(path: string, goesAlong: (key: Key, resource: Json) => boolean = () => false): Key | undefined {
    return this.entries().find(
      ([key, resource]) => !key.endsWith(`/${path}`) && holds(resource, path) && !goesAlong(key, resource),
    )?.[0];
  }
}

/** Whether some field of a resource is a link to the path. */
function holds(value: unknown, path: string): boolean {
  if (typeof value === "string") return value === path || value.endsWith(`/${path}`);
  if (Array.isArray(value)) return listOf(value).some((one) => holds(one, path));
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([field, inner]) => !NOT_HELD.has(field) && holds(inner, path));
}
