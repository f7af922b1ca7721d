import type { Limits } from "../../harness/model/observation/limits.ts";
import { findLimits } from "../../harness/results/limits/find-limits.ts";
import { type Random, seededRandom } from "../../harness/tools/seeded-random.ts";
import { MET, observedRecord, type PlannedLoad } from "../../test/support/results/observed-record.ts";
import { DECOYS, healthy, type Plant, PLANTED } from "./planted.ts";

/** One load whose limits are known, and what the rules found. */
export interface Trial {
  readonly kind: "one" | "two" | "none" | "decoy" | "with room";
  readonly planted: readonly string[];
  readonly found: readonly string[];
  readonly answer: Limits["answer"];
}

interface TrialOptions {
  readonly seed: number;
  /** Loads of each rule with that limit alone; the other kinds follow from it. */
  readonly each: number;
}

/** Loads with one limit, with two at a time, without any, with what looks like one, and with room. */
export function limitTrials({ seed, each }: TrialOptions): readonly Trial[] {
  const random = seededRandom(seed);
  const rules = Object.keys(PLANTED);
  const single = rules.flatMap((rule) => times(each, () => trial("one", [rule], random)));
  const pairs = times(each * rules.length, () => trial("two", pairOf(rules, random), random));
  const none = times(each * 3, () => trial("none", [], random));
  const decoys = Object.keys(DECOYS).flatMap((name) => times(each, () => trial("decoy", [], random, name)));
  // The law: whatever a figure shows, a load that met its objectives with room is limited by nothing.
  const roomy = rules
    .filter((rule) => !BREAK_ROOM.has(rule))
    .flatMap((rule) => [trial("with room", [rule], random)]);
  return [...single, ...pairs, ...none, ...decoys, ...roomy];
}

/** Limits after which no load has room: the generator's, and a queue longer than the daemons. */
const BREAK_ROOM: ReadonlySet<string> = new Set(["generator", "provisioner-capacity"]);

function trial(kind: Trial["kind"], planted: readonly string[], random: Random, decoy?: string): Trial {
  const samples = 40 + Math.floor(80 * random());
  // Builds run in the first half; connections are held in the second.
  const length = Math.max(6, Math.floor((samples / 2) * (0.3 + 0.6 * random())));
  const first = planted.includes("bandwidth") ? Math.ceil(samples / 2) : 0;
  const from = first + Math.floor((samples / 2 - length) * random());
  const plant: Plant = { random, samples, from, to: from + length };
  const looks = [
    ...planted.map((rule) => PLANTED[rule] ?? []),
    ...(decoy === undefined ? [] : [DECOYS[decoy] ?? []]),
  ];
  const loads = looks.map((some) => some[Math.floor(some.length * random())]?.(plant) ?? {});
  const record = observedRecord({
    ...loads.reduce(plannedTogether, healthy(plant)),
    ...(kind === "with room" && { objectives: [MET] }),
  });
  const limits = findLimits(record);
  return {
    ...{ kind, planted },
    found: limits?.findings.map(({ rule }) => rule) ?? [],
    answer: limits?.answer ?? "unknown",
  };
}

/** Two plans as one: what the second plans replaces that thing's series. */
export function plannedTogether(one: PlannedLoad, other: PlannedLoad): PlannedLoad {
  const names = new Set([...Object.keys(one.series ?? {}), ...Object.keys(other.series ?? {})]);
  const series = Object.fromEntries(
    [...names].map((name) => {
      const key = name as keyof NonNullable<PlannedLoad["series"]>;
      return [name, { ...one.series?.[key], ...other.series?.[key] }];
    }),
  );
  return {
    ...{ ...one, ...other, series },
    phases: { ...one.phases, ...other.phases },
    window: (index) => {
      const [first, second] = [one.window?.(index) ?? {}, other.window?.(index) ?? {}];
      const generator =
        first.generator && second.generator
          ? { generator: { ...first.generator, ...changed(second.generator) } }
          : {};
      return { ...first, ...second, ...generator };
    },
    observation: {
      ...one.observation,
      ...other.observation,
      events: [...(one.observation?.events ?? []), ...(other.observation?.events ?? [])],
    },
  };
}

/** The signals of a window in which something happened. */
function changed<T extends object>(signals: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(signals).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value > 0)),
  ) as Partial<T>;
}

/**
 * Two different rules. Where a CPU or a pool is full, more daemons would not help, and where a CPU is full, connections
 * time out without a lack of ports: no such pair has both.
 */
function pairOf(rules: readonly string[], random: Random): readonly string[] {
  for (;;) {
    const [one = "", other = ""] = shuffled(rules, random);
    const excludesDaemons = MAKES_DAEMONS_USELESS.has(one) || MAKES_DAEMONS_USELESS.has(other);
    const explainsTimeouts = EXPLAINS_TIMEOUTS.has(one) || EXPLAINS_TIMEOUTS.has(other);
    if (excludesDaemons && [one, other].includes("provisioner-capacity")) continue;
    if (explainsTimeouts && [one, other].includes("ports")) continue;
    return [one, other];
  }
}

const MAKES_DAEMONS_USELESS: ReadonlySet<string> = new Set([
  ...["coderd-cpu", "terraform-cpu", "node-cpu", "database-cpu", "coderd-throttled", "database-connections"],
]);

const EXPLAINS_TIMEOUTS: ReadonlySet<string> = new Set([
  ...["generator", "coderd-cpu", "terraform-cpu", "node-cpu"],
]);

function times<T>(count: number, make: () => T): readonly T[] {
  return Array.from({ length: count }, make);
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .toSorted((one, other) => one.key - other.key)
    .map(({ item }) => item);
}
