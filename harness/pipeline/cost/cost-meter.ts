import { messageOf, RefbenchError } from "../../tools/error.ts";
import { formatUsd } from "../../model/record/usd.ts";
import type { StageContext, WaitingPorts } from "../context/context.ts";
import { type Moment, momentNow } from "../../tools/time/moment.ts";
import { spentUntil } from "./cost-spent.ts";
import type { StoredEntry } from "../folder/journal.ts";
import { madeAt, timelineNow } from "../folder/timeline.ts";

/** How many readings in a row fail before a run is counted without its journal. */
const PERSISTENT = 5;

/** What a look at a run's cost found. */
export interface CostLook {
  readonly spent: number;
  /** Why the run has to end now, so that its teardown is within its ceiling too. */
  readonly reached?: string;
}

/**
 * Looks what a run cost so far. While its journal cannot be read it is counted on by the clock from the last reading,
 * as if something stood since then: what stands is paid for by the hour whoever knows of it, and a ceiling that nobody
 * can see any more would be none.
 */
export class CostMeter {
  readonly #context: StageContext<WaitingPorts>;
  #known: readonly StoredEntry[] = [];
  #knownAt: Moment;
  #failures = 0;

  constructor(context: StageContext<WaitingPorts>) {
    this.#context = context;
    this.#knownAt = madeAt(context.plan);
  }

  /** Undefined when there is no estimate, or the journal could not be read just now. */
  async look(): Promise<CostLook | undefined> {
    const { plan, ports } = this.#context;
    const { cost, rehearsal } = plan;
    if (cost === undefined) return undefined;
    const entries = await this.#entries();
    if (entries === undefined) return undefined;
    const timeline = timelineNow(plan, entries, ports.clock);
    const spent = spentUntil({ cost, rehearsal }, timeline.entries, timeline.nowMs);
    const { perHour, teardownReserve } = cost.estimate;
    if (cost.ceiling === undefined || spent === 0 || spent + teardownReserve < cost.ceiling) return { spent };
    const how = this.#failures === 0 ? "" : ", counted by the clock since the journal cannot be read";
    return {
      spent,
      reached: `${formatUsd(spent)} of --max-cost ${formatUsd(cost.ceiling)} are spent at ${formatUsd(perHour)} an hour, and the teardown may take ${formatUsd(teardownReserve)}${how}`,
    };
  }

  async #entries(): Promise<readonly StoredEntry[] | undefined> {
    const { journal, ports } = this.#context;
    try {
      const { entries } = await journal.read();
      if (entries.length < this.#known.length)
        throw new RefbenchError("run_folder", "the journal lost lines that it had");
      this.#known = entries;
      this.#knownAt = momentNow(ports.clock);
      this.#failures = 0;
      return entries;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === PERSISTENT) this.#tell(error);
      if (this.#failures < PERSISTENT) return undefined;
      const { atMs, sinceBoot } = this.#knownAt;
      const at = new Date(atMs).toISOString();
      // Only the first create counts, and since the last reading there may have been one.
      return [...this.#known, { type: "stack-intent", stack: "unknown", act: "apply", at, sinceBoot }];
    }
  }

  #tell(error: unknown): void {
    const message = `the cost is counted by the clock, since the journal cannot be read: ${messageOf(error)}`;
    this.#context.log(message);
    this.#context.report({ type: "note", level: "warning", message });
  }
}

/** Has the record say that the budget stopped the run; once, whoever sees it first. */
export async function noteCeiling({ journal }: Pick<StageContext, "journal">, reason: string): Promise<void> {
  // Written twice is better than never: a journal that cannot be read may not have it.
  if ((await isCeilingNoted({ journal })) === "yes") return;
  await journal.append({ type: "finding", verdict: "cost-ceiling", reason });
}

/** Whether the run is ended for its budget already; `unknown` where the journal cannot be read. */
export async function isCeilingNoted({
  journal,
}: Pick<StageContext, "journal">): Promise<"yes" | "no" | "unknown"> {
  try {
    const { entries } = await journal.read();
    return entries.some((entry) => entry.type === "finding" && entry.verdict === "cost-ceiling")
      ? "yes"
      : "no";
  } catch {
    return "unknown";
  }
}
