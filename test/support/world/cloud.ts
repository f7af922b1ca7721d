import type { Clock } from "../../../harness/tools/time/clock.ts";
import type { InventoryItem, RemoveOutcome } from "../../../harness/model/ports/inventory.ts";

/** One thing in the simulated cloud, with what decides how it goes. */
export interface Thing {
  readonly id: string;
  readonly kind: string;
  /** @default its id */
  readonly name?: string;
  /** Ids of what cannot be deleted before it. */
  readonly uses?: readonly string[];
  /** It vanishes with this one. */
  readonly parent?: string;
  /** A controller made it for this one, and removes it some time after that, while the cluster lives. */
  readonly owner?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly madeByController?: boolean;
  /** An inventory does not show it before. */
  readonly visibleAtMs?: number;
  /** Its deletes are refused until then. */
  readonly stuckUntilMs?: number;
}

const CLUSTER = "google_container_cluster";

/** How long a controller takes to remove what it made, once its owner is gone. */
const CONTROLLER_MS = 2_000;

/** A cloud in memory with what makes teardown hard: use, containment, controllers, delay and refusal. */
export class SimulatedCloud {
  readonly #clock: Pick<Clock, "elapsed">;
  /** By id. */
  readonly things = new Map<string, Thing>();
  readonly #leaving = new Map<string, number>();
  /** Whether anything was ever made in it. */
  everMade = false;

  constructor(clock: Pick<Clock, "elapsed">) {
    this.#clock = clock;
  }

  create(thing: Thing): void {
    this.everMade = true;
    this.#settle();
    this.things.set(thing.id, thing);
  }

  has(id: string): boolean {
    this.#settle();
    return this.things.has(id);
  }

  /** All that exists, whether an inventory shows it yet or not. */
  all(): readonly Thing[] {
    this.#settle();
    return [...this.things.values()];
  }

  /** Returns the items of an inventory. A node pool is part of its cluster, and no inventory lists it. */
  items(): readonly InventoryItem[] {
    return this.all()
      .filter(({ kind }) => kind !== "google_container_node_pool")
      .filter(({ visibleAtMs = 0 }) => visibleAtMs <= this.#clock.elapsed())
      .map(({ id, kind, name = id, owner, labels = {}, madeByController = owner !== undefined }) => ({
        id,
        kind,
        name,
        labels,
        ...(madeByController ? { madeByController } : {}),
      }));
  }

  /** Deletes one thing with all that lives in it, unless something else uses it. */
  remove(id: string): RemoveOutcome {
    this.#settle();
    const thing = this.things.get(id);
    if (thing === undefined) return { state: "gone" };
    if ((thing.stuckUntilMs ?? 0) > this.#clock.elapsed())
      return { state: "failed", reason: "503: try again later" };
    const going = new Set([id, ...this.#insideOf(id)]);
    const user = this.all().find(
      (other) => !going.has(other.id) && other.uses?.some((used) => going.has(used)),
    );
    if (user !== undefined) return { state: "in-use", reason: `already being used by ${user.id}` };
    for (const gone of going) this.things.delete(gone);
    for (const other of this.things.values()) {
      if (other.owner === undefined || !going.has(other.owner)) continue;
      // Without its cluster no controller remains to remove it.
      if (thing.kind !== CLUSTER) this.#leaving.set(other.id, this.#clock.elapsed() + CONTROLLER_MS);
    }
    if (thing.kind === CLUSTER) this.#leaving.clear();
    return { state: "removed" };
  }

  #insideOf(id: string): readonly string[] {
    const inside = [...this.things.values()].filter(({ parent }) => parent === id);
    return inside.flatMap((thing) => [thing.id, ...this.#insideOf(thing.id)]);
  }

  #settle(): void {
    for (const [id, goesAt] of this.#leaving) {
      if (goesAt > this.#clock.elapsed()) continue;
      this.#leaving.delete(id);
      this.things.delete(id);
    }
  }
}
