import { messageOf, RefbenchError } from "../../tools/error.ts";
import type { InventoryItem } from "../../model/ports/inventory.ts";
import { removeInPasses } from "../../model/cloud/removal-passes.ts";
import { assess, type Assessed } from "./assess.ts";
import { tripped } from "./breaker.ts";
import type { KeepReason, RemoveReason } from "./decide.ts";
import { look, type Ledger } from "./ledger.ts";
import type { SweepPorts, SweepQuestion, SweepTarget } from "./question.ts";

/** An item with a sweep's action. */
export type SweptItem = { readonly item: InventoryItem; readonly run?: string } & (
  | { readonly action: "removed" | "would-remove"; readonly reason: RemoveReason }
  | { readonly action: "left"; readonly reason: RemoveReason; readonly problem: string }
  | { readonly action: "kept"; readonly reason: KeepReason }
);

/** The result of a sweep of one target. */
export interface Discovery {
  readonly target: string;
  readonly scope: string;
  readonly items: readonly SweptItem[];
  /** Why it did not do everything that it should have. */
  readonly problems: readonly string[];
}

/** Items that still appear after this many rounds are left. */
const ROUNDS = 3;

/**
 * Lists an inventory, decides, removes, and lists again. Nothing is removed after a failed answer, or if more items
 * would be removed than the limit allows.
 */
export async function sweepByDiscovery(
  target: SweepTarget,
  question: SweepQuestion,
  ports: SweepPorts,
  signal: AbortSignal,
): Promise<Discovery> {
  const sweeping = new Sweeping(target, question, ports, signal);
  try {
    await sweeping.run();
  } catch (error) {
    sweeping.problems.push(messageOf(error));
  }
  return {
    target: target.name,
    scope: sweeping.scope,
    items: sweeping.items(),
    problems: sweeping.problems,
  };
}

/** One sweep of one target, from the first look to the last. */
class Sweeping {
  scope: string;
  readonly problems: string[] = [];
  readonly #target: SweepTarget;
  readonly #question: SweepQuestion;
  readonly #ports: SweepPorts;
  readonly #signal: AbortSignal;
  /** The ledger before the sweep, so that items seen first now have no age. */
  #ledger: Ledger | undefined;
  /** From the last look. */
  #assessed: readonly Assessed[] = [];
  readonly #removed = new Map<string, Assessed>();
  /** Removed items that the last look still found. */
  #back: ReadonlySet<string> = new Set();
  /** Why an item could not be removed. */
  readonly #stuck = new Map<string, string>();

  constructor(target: SweepTarget, question: SweepQuestion, ports: SweepPorts, signal: AbortSignal) {
    this.#target = target;
    this.#question = question;
    this.#ports = ports;
    this.#signal = signal;
    this.scope = target.name;
  }

  async run(): Promise<void> {
    let going = await this.#look();
    if (this.#question.dryRun) return;
    for (let round = 0; round < ROUNDS && going.length > 0; round += 1) {
      await this.#remove(going);
      await this.#ports.clock.sleep(this.#target.settle.quietMs, this.#signal);
      going = (await this.#look()).filter(({ id }) => !this.#stuck.has(id));
    }
  }

  items(): readonly SweptItem[] {
    const gone = [...this.#removed.values()].filter(({ item }) => !this.#back.has(item.id));
    const goneIds = new Set(gone.map(({ item }) => item.id));
    return [
      ...gone.map(({ item, run, decision }): SweptItem => {
        const reason = decision.reason as RemoveReason;
        return { item, ...(run === undefined ? {} : { run }), action: "removed", reason };
      }),
      ...this.#assessed.filter(({ item }) => !goneIds.has(item.id)).map((one) => this.#outcomeOf(one)),
    ];
  }

  #outcomeOf({ item, run, decision }: Assessed): SweptItem {
    const about = { item, ...(run === undefined ? {} : { run }) };
    if (decision.act === "keep") return { ...about, action: "kept", reason: decision.reason };
    const { reason } = decision;
    if (this.#question.dryRun) return { ...about, action: "would-remove", reason };
    const problem = this.#stuck.get(item.id) ?? this.problems[0] ?? "appeared during the sweep";
    return { ...about, action: "left", reason, problem };
  }

  /** Lists and decides again; throws if nothing may be removed. */
  async #look(): Promise<readonly InventoryItem[]> {
    const { clock, runs, manualRuns, loadLedger, saveLedger } = this.#ports;
    const { name, inventory } = this.#target;
    const { runId, maxResources, dryRun } = this.#question;
    const answer = await inventory.list(runId === undefined ? {} : { runId }, this.#signal);
    this.scope = answer.scope;
    if (answer.state === "failed") {
      throw new RefbenchError("inventory", `cannot list ${answer.scope}: ${answer.reason}`);
    }
    const nowMs = clock.now();
    const ledger = (this.#ledger ??= await loadLedger());
    // A look at one run must not forget the others.
    if (runId === undefined) {
      await saveLedger(look(ledger, { target: name, items: answer.items, nowMs }));
    }
    this.#assessed = assess(answer.items, {
      question: this.#question,
      target: name,
      nowMs,
      ledger,
      // Read after the list, so that the folder of every listed run already exists.
      runs: await runs(),
      manualRuns,
    });
    this.#back = new Set(answer.items.map(({ id }) => id).filter((id) => this.#removed.has(id)));
    const going = this.#assessed.filter(({ decision }) => decision.act === "remove");
    const all = new Map([...this.#removed, ...going.map((one) => [one.item.id, one] as const)]);
    const reasons = [...all.values()].map(({ decision }) => decision.reason as RemoveReason);
    const broken = dryRun ? undefined : tripped(reasons, maxResources);
    if (broken !== undefined) throw new RefbenchError("inventory", broken);
    return going.map(({ item }) => item);
  }

  async #remove(first: readonly InventoryItem[]): Promise<void> {
    const { checkLease, clock, reportLine } = this.#ports;
    const { inventory, settle } = this.#target;
    let known: readonly InventoryItem[] | undefined = first;
    const refused = await removeInPasses(
      {
        next: async () => {
          const items = known ?? (await this.#look());
          known = undefined;
          return items;
        },
        remove: async (item, signal) => {
          await checkLease();
          return inventory.remove(item, signal);
        },
        onRemoved: (item) => {
          const assessed = this.#assessed.find((one) => one.item.id === item.id);
          if (assessed !== undefined) this.#removed.set(item.id, assessed);
          reportLine(`removed ${item.kind} ${item.name}`);
        },
        clock,
        pollMs: settle.pollMs,
        ...(settle.patienceMs === undefined ? {} : { patienceMs: settle.patienceMs }),
      },
      this.#signal,
    );
    for (const { item, state, reason } of refused) this.#stuck.set(item.id, `${state}: ${reason}`);
    for (const id of this.#back) this.#stuck.set(id, "its deletion was accepted, but it still exists");
  }
}
