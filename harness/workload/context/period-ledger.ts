import type { FailureClass, MixedResult, PeriodFigures, Phase } from "../../model/record/worker-result.ts";
import { Latencies } from "../generator/histogram.ts";
import { FailureLedger } from "./failures.ts";
import type { LoadContext } from "./load-context.ts";

type At = Parameters<Latencies["record"]>[1];
type Ledgers = Pick<LoadContext, "latencies" | "failures">;

/** The periods of a schedule that has begun. */
export class PeriodClock {
  readonly startMs = performance.now();
  readonly periods: MixedResult["periods"];

  constructor(periods: readonly { readonly name: string; readonly seconds: number }[]) {
    let endMs = 0;
    this.periods = periods.map(({ name, seconds }) => {
      const startMs = endMs;
      endMs += Math.round(seconds * 1000);
      return { name, startMs, endMs };
    });
  }

  /** The period of an instant of `performance.now()`, within the first and the last. */
  indexAt(atMs: number): number {
    const index = this.periods.findIndex(({ endMs }) => atMs - this.startMs < endMs);
    return index < 0 ? this.periods.length - 1 : index;
  }
}

interface Cell {
  readonly latencies: Latencies;
  readonly failures: Map<string, PeriodFigures["failures"][number]>;
}

/**
 * The figures of one load by period. A latency belongs to the period in which its event was due, a failure to the one
 * in which it was due or, for a lost connection, in which it was lost. All of them are in the load's own ledgers too.
 */
export class PeriodLedger {
  readonly latencies: Latencies;
  readonly failures: FailureLedger;
  readonly #cells: readonly Cell[];
  readonly #clock: PeriodClock;
  readonly #first: number;

  /** `from` and `to` are indexes of periods: what happens before or after counts in the first or last of them. */
  constructor(
    clock: PeriodClock,
    { from, to }: { readonly from: number; readonly to: number },
    whole?: Ledgers,
  ) {
    this.#clock = clock;
    this.#first = from;
    this.#cells = Array.from({ length: to - from + 1 }, () => ({
      latencies: new Latencies(),
      failures: new Map(),
    }));
    this.latencies = new PeriodLatencies(whole?.latencies, (atMs) => this.#at(atMs).latencies);
    this.failures = new PeriodFailures(whole?.failures, (failureClass, phase, atMs) => {
      const { failures } = this.#at(atMs);
      const key = `${failureClass} ${phase}`;
      const count = (failures.get(key)?.count ?? 0) + 1;
      failures.set(key, { class: failureClass, phase, count });
    });
  }

  figures(): PeriodFigures[] {
    return this.#cells.map(({ latencies, failures }, index) => ({
      period: this.#clock.periods[this.#first + index]?.name ?? "",
      histograms: latencies.encoded().filter(({ basis }) => basis === "intended"),
      failures: [...failures.values()],
    }));
  }

  #at(atMs: number): Cell {
    const index = this.#clock.indexAt(atMs) - this.#first;
    const cell = this.#cells[Math.min(this.#cells.length - 1, Math.max(0, index))];
    if (cell === undefined) throw new RangeError("a load has at least one period");
    return cell;
  }
}

class PeriodLatencies extends Latencies {
  readonly #whole: Latencies | undefined;
  readonly #cellAt: (atMs: number) => Latencies;

  constructor(whole: Latencies | undefined, cellAt: (atMs: number) => Latencies) {
    super();
    this.#whole = whole;
    this.#cellAt = cellAt;
  }

  override record(phase: Phase, at: At): void {
    this.#whole?.record(phase, at);
    this.#cellAt(at.dueMs).record(phase, at);
  }

  override recordFailure(phase: Phase, at: At, timeoutMs: number): void {
    this.#whole?.recordFailure(phase, at, timeoutMs);
    this.#cellAt(at.dueMs).recordFailure(phase, at, timeoutMs);
  }

  /** The instants are of the server's clock, so that a span belongs to the period in which it was read. */
  override recordSpan(phase: Phase, startMs: number, endMs: number): void {
    this.#whole?.recordSpan(phase, startMs, endMs);
    this.#cellAt(performance.now()).recordSpan(phase, startMs, endMs);
  }
}

class PeriodFailures extends FailureLedger {
  readonly #whole: FailureLedger | undefined;
  readonly #count: (failureClass: FailureClass, phase: Phase, atMs: number) => void;

  constructor(
    whole: FailureLedger | undefined,
    count: (failureClass: FailureClass, phase: Phase, atMs: number) => void,
  ) {
    super(() => undefined, []);
    this.#whole = whole;
    this.#count = count;
  }

  override add(failureClass: FailureClass, phase: Phase, message: string, dueMs = performance.now()): void {
    this.#whole?.add(failureClass, phase, message);
    this.#count(failureClass, phase, dueMs);
  }

  override async explain(...reason: Parameters<FailureLedger["explain"]>): Promise<void> {
    await this.#whole?.explain(...reason);
  }
}
