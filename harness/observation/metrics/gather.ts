import type { Pubsub } from "../../model/observation/observation.ts";
import type { MetricRule } from "./metric-rule.ts";
import { type ReadText, readText } from "./read-text.ts";

/** Counts of a histogram by upper bound; they include those of lower bounds. */
export type Buckets = ReadonlyMap<number, number>;

/** What one text says by the rules. An entry is missing where the text has nothing for the rule. */
export interface Gathered {
  readonly numbers: ReadonlyMap<MetricRule, number>;
  readonly buckets: ReadonlyMap<MetricRule, Buckets>;
  /** Start of the server's process, seconds since the epoch by its clock. Another start resets all counters. */
  readonly processStart: number | undefined;
  readonly text: ReadText;
  /** The pub/sub of a coderd; undefined where its metrics do not show it. */
  readonly pubsub: Pubsub | undefined;
  /** Values that cannot be: a counter below zero, or a figure that is not a number. */
  readonly impossible: number;
}

const START = "process_start_time_seconds";
/** Coder serves each of them for the whole life of the pub/sub, whether it is connected or not. */
const POSTGRES = "coder_pubsub_connected";
const NATS = "coder_nats_pubsub_connected";

/** Reads a text once and adds up what each rule wants. */
export function gather(text: string, rules: readonly MetricRule[]): Gathered {
  const byName = indexRules(rules);
  const numbers = new Map<MetricRule, number>();
  const buckets = new Map<MetricRule, Map<number, number>>();
  let processStart: number | undefined;
  let impossible = 0;
  let pubsub: Pubsub | undefined;
  const read = readText(
    text,
    (name) => name === START || name === POSTGRES || name === NATS || byName.has(name),
    (value) => {
      if (value.name === START) processStart = value.value;
      // A coderd that uses NATS keeps Postgres' pub/sub, and its metrics, for the list of its replicas.
      if (value.name === NATS) pubsub = "nats";
      if (value.name === POSTGRES) pubsub ??= "postgres";
      for (const rule of byName.get(value.name) ?? []) {
        const isCounter = rule.as !== "gauge";
        if (!Number.isFinite(value.value) || (isCounter && value.value < 0)) impossible++;
        else if (rule.isValid?.(value.value) === false) continue;
        else if (rule.where !== undefined && !rule.where(value)) {
          if (rule.as !== "p95") numbers.set(rule, numbers.get(rule) ?? 0);
        } else if (rule.as === "p95") {
          const bound = Number((value.label("le") ?? "").replace("+Inf", "Infinity"));
          const own = buckets.get(rule) ?? new Map<number, number>();
          if (!Number.isNaN(bound)) own.set(bound, (own.get(bound) ?? 0) + value.value);
          buckets.set(rule, own);
        } else numbers.set(rule, (numbers.get(rule) ?? 0) + (rule.as === "count" ? 1 : value.value));
      }
    },
  );
  return { numbers, buckets, processStart, text: read, pubsub, impossible };
}

function indexRules(rules: readonly MetricRule[]): ReadonlyMap<string, readonly MetricRule[]> {
  const byName = new Map<string, MetricRule[]>();
  for (const rule of rules) {
    const suffix = rule.as === "p95" ? "_bucket" : rule.as === "events" ? "_count" : "";
    const name = `${rule.metric}${suffix}`;
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [rule]);
    else known.push(rule);
  }
  return byName;
}
