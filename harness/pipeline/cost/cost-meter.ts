import { messageOf, RefbenchError } from "../../tools/error.ts";
import { formatUsd } from "../../model/record/usd.ts";
import type { StageContext, WaitingPorts } from "../context/context.ts";
import { type Moment, momentNow } from "../../tools/time/moment.ts";
import { spentUntil } from "./cost-spent.ts";
import type { StoredEntry } from "../folder/journal.ts";
import { madeAt, timelineNow } from "../folder/timeline.ts";

/** After this many failed readings in a row, the cost is counted without the journal. */
const PERSISTENT = 5;

/** The finding of one check of a run's cost. */
export interface CostLook {
  readonly spent: number;
  /** Why the run must end now, so that its teardown also stays within the ceiling. */
  readonly reached?: string;
}

/**
 * Calculates what a run has cost so far. While the journal cannot be read, the cost grows with the clock from
 * the last reading, as if the environment existed since then: it is billed by the hour either way, and the
 * ceiling must hold without the journal too.
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

  /** Undefined when there is no estimate, or when the journal could not be read just now. */
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
    const how = this.#failures === 0 ? "" : ", counted by the clock because the journal cannot be read";
    return {
      spent,
      reached: `${formatUsd(spent)} of --max-cost ${formatUsd(cost.ceiling)} are spent at ${formatUsd(perHour)} an hour, and the teardown may cost ${formatUsd(teardownReserve)}${how}`,
    };
  }

  async #entries(): Promise<readonly StoredEntry[] | undefined> {
    const { journal, ports } = this.#context;
    try {
      const { entries } = await journal.read();
      if (entries.length < this.#known.length)
        throw new RefbenchError("run_folder", "the journal has fewer lines than at the last reading");
      this.#known = entries;
      this.#knownAt = momentNow(ports.clock);
      this.#failures = 0;
      return entries;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === PERSISTENT) this.#reportUnreadable(error);
      if (this.#failures < PERSISTENT) return undefined;
      const { atMs, sinceBoot } = this.#knownAt;
      const at = new Date(atMs).toISOString();
      // Only the first create counts, and there may have been one since the last reading.
      return [...this.#known, { type: "stack-intent", stack: "unknown", act: "apply", at, sinceBoot }];
    }
  }

  #reportUnreadable(error: unknown): void {
    const message = `the cost is counted by the clock because the journal cannot be read: ${messageOf(error)}`;
    this.#context.log(message);
    this.#context.report({ type: "note", level: "warning", message });
  }
}

/** Records once that the budget ended the run, whichever process notices it first. */
export async function noteCeiling({ journal }: Pick<StageContext, "journal">, reason: string): Promise<void> {
  // Writing it twice is better than never: an unreadable journal may not have it.
  if ((await isCeilingNoted({ journal })) === "yes") return;
  await journal.append({ type: "finding", verdict: "cost-ceiling", reason });
}

/** Whether the journal already says that the budget ended the run; `unknown` if it cannot be read. */
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
