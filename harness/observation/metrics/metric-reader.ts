import type { ObservedPubsub, Pubsub } from "../../model/observation/observation.ts";
import type { SeriesName } from "../../model/observation/series.ts";
import type { Sample } from "../source.ts";
import { between, type Read } from "./between.ts";
import { gather } from "./gather.ts";
import type { MetricRule } from "./metric-rule.ts";

/** What one text of a server says. */
export interface MetricReading {
  readonly samples: readonly Sample[];
  /** Why some of its lines say nothing, one sentence each. */
  readonly problems: readonly string[];
}

/** Reads the texts of one server, one after the other, by rules. */
export class MetricReader {
  readonly #of: string;
  readonly #rules: readonly MetricRule[];
  readonly #served = new Set<SeriesName>();
  readonly #pubsubs = new Set<Pubsub>();
  #before: Read | undefined;

  /** @param of the thing that the server's figures are about */
  constructor(of: string, rules: readonly MetricRule[]) {
    this.#of = of;
    this.#rules = rules;
  }

  /** Whether any text was read. */
  get hasRead(): boolean {
    return this.#before !== undefined;
  }

  /** Series for which there was a value at any time. */
  get served(): ReadonlySet<SeriesName> {
    return this.#served;
  }

  /** The pub/sub that the server showed, and another one if it changed; empty if it showed none. */
  get pubsub(): readonly ObservedPubsub[] {
    return [...this.#pubsubs].map((kind) => ({ of: this.#of, kind }));
  }

  /**
   * Reads a text that arrived at this moment, in seconds of a clock that nobody sets.
   * @throws if it is not in Prometheus' text format
   */
  read(text: string, atSeconds: number): MetricReading {
    const gathered = gather(text, this.#rules);
    const { values, broken, cut } = gathered.text;
    if (values === 0) throw new Error("the answer is not in Prometheus' text format");
    const now: Read = { atSeconds, gathered };
    const samples = between(this.#of, this.#rules, this.#before, now);
    this.#before = now;
    if (gathered.pubsub !== undefined) this.#pubsubs.add(gathered.pubsub);
    for (const { series } of [...gathered.numbers.keys(), ...gathered.buckets.keys()])
      this.#served.add(series);
    return {
      samples,
      problems: [
        ...(broken > 0 ? ["lines are not in Prometheus' text format"] : []),
        ...(gathered.impossible > 0 ? ["counters are negative, or figures are not numbers"] : []),
        ...(cut ? ["there are more lines than are read"] : []),
      ],
    };
  }
}
