import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RefbenchError } from "../../../harness/tools/error.ts";
import { fakeClock } from "../fake-clock.ts";
import { SimulatedCloud, type Thing } from "./cloud.ts";
import type { Planting, WorldFaults } from "./faults.ts";
import type { SimulatedEnvironment, SimulatedStack } from "./stacks.ts";

/** A terraform that works on after the process that called it died. */
interface Orphan {
  readonly step: () => boolean;
  /** Writes its state, as it does before it ends. */
  readonly end: () => void;
  nextAtMs: number;
}

/** Cloud, Terraform's states and what is planned for them: what all processes of one point share. */
export class World {
  readonly clock = fakeClock();
  #boundaries = 0;
  readonly cloud = new SimulatedCloud(this.clock);
  readonly faults: WorldFaults;
  readonly environment: SimulatedEnvironment;
  /** Indices of the workspaces that exist. */
  readonly workspaces = new Set<number>();
  /** Terraform's states as they lie on disk: ids by stack. */
  readonly #states = new Map<string, readonly string[]>();
  readonly #terraformFolder: () => string;
  readonly #orphans = new Map<string, Orphan>();
  /** The terraform that somebody waits for, by stack. */
  readonly #working = new Map<string, { interrupted: boolean }>();
  #planted = new Set<Planting>();
  #destroysRefused = 0;
  #destroysCut = 0;
  lists = 0;
  throttled = 0;
  destroysAsked = 0;
  /** Whether the inventory's last answer was complete. */
  answered = true;
  loadFinished = false;
  /** The outage that the schedule plans is over. */
  inventoryRecovered = false;
  /** The inventory's last answer was a lie. */
  lied = false;
  everLied = false;
  /** Destructive calls of a reaper that another had replaced. */
  fencedActs = 0;

  constructor(faults: WorldFaults, environment: SimulatedEnvironment, terraformFolder: () => string) {
    this.faults = faults;
    this.environment = environment;
    this.#terraformFolder = terraformFolder;
  }

  /** Events that befall the run's folder and its host, by the number of their boundary. */
  readonly strikes = new Map<number, () => void>();

  /** A boundary of any process: what the schedule plans for it happens. */
  passBoundary(): void {
    this.#boundaries += 1;
    this.strikes.get(this.#boundaries)?.();
    for (const { at, byMs } of this.faults.clockSteps) if (at === this.#boundaries) this.clock.step(byMs);
  }

  /** Returns the ids of things that no Terraform state names. */
  unnamedInStates(): readonly string[] {
    const named = new Set([...this.#states.values()].flat());
    return this.cloud.all().flatMap(({ id }) => (named.has(id) ? [] : [id]));
  }

  /** Terraform's states are gone with the run's folder. */
  loseStates(): void {
    this.#states.clear();
  }

  /** Lets terraforms that nobody waits for go on with their work until now. */
  tick(): void {
    for (const [stack, orphan] of this.#orphans) {
      while (this.#orphans.has(stack) && orphan.nextAtMs <= this.clock.elapsed()) {
        orphan.nextAtMs += this.environment.pace.thingMs;
        if (!orphan.step()) this.#orphans.delete(stack);
      }
    }
  }

  create(thing: Thing): void {
    const { lateMs, stuck } = this.faults.inventory;
    const now = this.clock.elapsed();
    const stuckUntilMs = stuck?.id === thing.id ? (stuck.forMs === null ? Infinity : now + stuck.forMs) : 0;
    this.cloud.create({ ...thing, visibleAtMs: now + lateMs, stuckUntilMs });
  }

  /** Ids of what the cloud refuses to delete for ever, with what therefore stays. */
  undeletable(): readonly string[] {
    const refused = this.cloud.all().filter(({ stuckUntilMs }) => stuckUntilMs === Infinity);
    const kept = new Set(refused.flatMap(({ id, uses = [], parent }) => [id, ...uses, parent ?? id]));
    for (let size = 0; size !== kept.size;) {
      size = kept.size;
      for (const { id, uses = [], parent } of this.cloud.all())
        if (kept.has(id)) [...uses, parent ?? id].forEach((one) => kept.add(one));
    }
    return [...kept];
  }

  plant(when: Planting["when"]): void {
    // Items that appear after the record belong to a later sweep.
    if (this.inventoryRecovered) return;
    this.faults.leaks.forEach((planting, index) => {
      if (planting.when !== when || this.#planted.has(planting)) return;
      this.#planted.add(planting);
      const { kind, name, blocks, managedByCoder, labelled } = planting.leak;
      const used = this.cloud.all().find((thing) => thing.kind === blocks);
      this.create({
        id: `leak-${index}-${name}`,
        kind,
        uses: used === undefined ? [] : [used.id],
        labels: labelled && managedByCoder === true ? { "bench-managed": "coder" } : {},
      });
    });
  }

  /** Creates a stack thing by thing; `gate` throws when the process that waits for it dies. */
  async apply(directory: string, { gate, signal, onDone }: Waiting): Promise<number> {
    const stack = this.enter(directory);
    const { refuse, loseAnswer } = this.faults.terraform;
    let made = 0;
    const state = [...(this.#states.get(stack.name) ?? [])];
    const step = (): boolean => {
      const thing = stack.things[made];
      if (thing === undefined) return false;
      const met = (fault: typeof refuse): boolean => fault?.stack === stack.name && fault.after === made;
      if (met(refuse)) throw new RefbenchError("infrastructure", "quota exceeded");
      if (thing.parent !== undefined && !this.cloud.has(thing.parent))
        throw new RefbenchError("infrastructure", `${thing.parent} was not found`);
      made += 1;
      this.create(thing);
      if (met(loseAnswer === undefined ? undefined : { ...loseAnswer, after: loseAnswer.after + 1 }))
        throw new RefbenchError("infrastructure", "connection reset by peer");
      state.push(thing.id);
      onDone?.(thing.kind);
      for (const child of stack.byControllers) if (child.owner === thing.id) this.create(child);
      return made < stack.things.length;
    };
    await this.#work({ stack, step, state, gate, signal });
    this.plant("apply");
    return made;
  }

  /** Destroys what a stack's state knows, newest first. */
  async destroy(directory: string, { gate, signal, onDone }: Waiting): Promise<number> {
    const stack = this.enter(directory);
    this.destroysAsked += 1;
    const { refusedDestroys, stateLost, cutDestroys = 0 } = this.faults.terraform;
    if (stateLost === stack.name)
      throw new RefbenchError("infrastructure", "the state file could not be read");
    // For an empty state Terraform does not ask the cloud.
    const isEmpty = (this.#states.get(stack.name) ?? []).length === 0;
    if (!isEmpty && this.#destroysRefused < refusedDestroys) {
      this.#destroysRefused += 1;
      throw new RefbenchError("infrastructure", "Error 503: backend error");
    }
    const isCut = this.#destroysCut < cutDestroys;
    if (isCut) this.#destroysCut += 1;
    let removed = 0;
    const state = [...(this.#states.get(stack.name) ?? [])];
    const step = (): boolean => {
      const id = state.at(-1);
      if (id === undefined && isCut) throw new RefbenchError("infrastructure", "in use");
      if (id === undefined) return false;
      const outcome = this.cloud.remove(id);
      if ("reason" in outcome) throw new RefbenchError("infrastructure", outcome.reason);
      removed += 1;
      state.pop();
      onDone?.(stack.things.find((thing) => thing.id === id)?.kind ?? "");
      if (isCut) throw new RefbenchError("infrastructure", "in use");
      return state.length > 0;
    };
    await this.#work({ stack, step, state, gate, signal });
    this.plant("destroy");
    return removed;
  }

  /** As the adapter does before it starts terraform: one that a dead process left ends its current step first. */
  enter(directory: string): SimulatedStack {
    this.tick();
    const stack = this.environment.stacks.find(({ name }) => directory.endsWith(name))!;
    const working = this.#working.get(stack.name);
    if (working !== undefined) working.interrupted = true;
    const orphan = this.#orphans.get(stack.name);
    if (orphan !== undefined) {
      this.clock.advance(Math.max(0, orphan.nextAtMs - this.clock.elapsed()));
      orphan.step();
      orphan.end();
      this.#orphans.delete(stack.name);
    }
    return stack;
  }

  async #work({ stack, step, state, gate, signal }: Work): Promise<void> {
    const persist = (): void => {
      const file = join(this.#terraformFolder(), stack.name, "terraform.tfstate");
      // A terraform whose folder was removed has nowhere to write its state.
      if (!existsSync(dirname(file))) return;
      this.#states.set(stack.name, [...state]);
      writeFileSync(file, JSON.stringify(terraformState(stack, state)));
    };
    const working = { interrupted: false };
    this.#working.set(stack.name, working);
    for (let goesOn = true; goesOn;) {
      try {
        await gate();
      } catch (death) {
        this.#working.delete(stack.name);
        // A terraform that dies too loses what it had not yet written: its state is as it was before.
        if (this.faults.terraform.orphan === "goes-on") this.#leaveAlone(stack.name, step, persist);
        throw death;
      }
      if (working.interrupted)
        throw new RefbenchError("infrastructure", "terraform was interrupted by another process");
      try {
        if (signal.aborted) throw new RefbenchError("interrupted", "terraform was interrupted");
        this.clock.advance(this.environment.pace.thingMs);
        goesOn = step();
      } catch (error) {
        persist();
        this.#working.delete(stack.name);
        throw error;
      }
    }
    persist();
    this.#working.delete(stack.name);
  }

  #leaveAlone(stack: string, step: () => boolean, persist: () => void): void {
    const quietly = (): boolean => {
      let goesOn = false;
      try {
        goesOn = step();
      } catch {
        // Nobody hears of it.
      }
      if (!goesOn) persist();
      return goesOn;
    };
    this.#orphans.set(stack, {
      step: quietly,
      end: persist,
      nextAtMs: this.clock.elapsed() + this.environment.pace.thingMs,
    });
  }
}

/** The caller that waits for a terraform. */
interface Waiting {
  readonly gate: () => Promise<void>;
  readonly signal: AbortSignal;
  /** Called with the kind of each thing that is done. */
  readonly onDone?: (kind: string) => void;
}

interface Work {
  readonly stack: SimulatedStack;
  /** Does one thing; returns false when nothing remains to do. */
  readonly step: () => boolean;
  /** The ids of the future state, which `step` updates. */
  readonly state: readonly string[];
  readonly gate: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** A state as Terraform writes it, as far as anybody reads it. */
function terraformState({ things }: SimulatedStack, ids: readonly string[]): unknown {
  const resources = things
    .filter(({ id }) => ids.includes(id))
    .map(({ id, kind }) => ({
      mode: "managed",
      type: kind,
      name: id,
      instances: [{ attributes: { id, name: id } }],
    }));
  return { version: 4, resources };
}
