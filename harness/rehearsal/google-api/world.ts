import type { Clock } from "../../model/clock.ts";
import type { Json } from "./json.ts";
import type { Operations } from "./operations.ts";
import type { ProjectFacts } from "./project.ts";
import type { Store } from "./store.ts";

/** What every route works on. */
export interface World {
  readonly store: Store;
  readonly operations: Operations;
  readonly project: ProjectFacts;
  readonly clock: Clock;
  /** How long an operation takes. */
  readonly durationMs: (collection: string, act: "create" | "update" | "delete") => number;
  /** A number that no other resource has. */
  readonly newId: () => string;
}

/** The time as Google's APIs write it. */
export function timeOf({ clock }: World): string {
  return new Date(clock.now()).toISOString();
}

/** An answer to a request; anything else than success is a thrown refusal. */
export type Answer = Json;
