import type { Clock } from "../../harness/tools/time/clock.ts";
import type { Json } from "./json.ts";
import type { Operations } from "./operations.ts";
import type { ProjectFacts } from "./project.ts";
import type { Key, Store } from "./store.ts";

/** The state that every route works on. */
export interface MockWorld {
  readonly store: Store;
  readonly operations: Operations;
  readonly project: ProjectFacts;
  readonly clock: Clock;
  /** Policies by the path of what they are of: no resources, and in no list. */
  readonly policies: Map<string, Json>;
  /** The data of secrets' versions, by their key. */
  readonly payloads: Map<Key, string>;
  /** Keys of the things that were created along with a resource and are deleted with it. */
  readonly companions: Map<Key, readonly Key[]>;
  /** How long an operation takes; tests change it. */
  durationMs: (collection: string, act: "create" | "update" | "delete") => number;
  /** Host and port of an API server that the DNS endpoints of clusters lead to. @default a name that does not answer */
  apiServer?: string;
  /** A number that no other resource has. */
  readonly newId: () => string;
}

/** The time as Google's APIs write it. */
export function timeOf({ clock }: MockWorld): string {
  return new Date(clock.now()).toISOString();
}
