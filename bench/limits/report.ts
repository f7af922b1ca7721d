import type { Trial } from "./trials.ts";

/** What this benchmark asks for; below it, its exit code is 1. */
export const TARGETS = { recall: 0.93, precision: 0.97, ofEachRule: 0.75, first: 0.95 } as const;

export interface RuleScore {
  readonly rule: string;
  readonly planted: number;
  readonly found: number;
  /** Found where it was not planted. */
  readonly wrong: number;
  /** Share of what was planted that was found, and of what was found that was planted; absent without any. */
  readonly recall?: number;
  readonly precision?: number;
}

export interface Scores {
  readonly trials: number;
  readonly rules: readonly RuleScore[];
  readonly all: RuleScore;
  /** Loads with one planted limit of which this limit was named first. */
  readonly first: number;
  /** Loads without a limit, or with room, of which one was named. */
  readonly falseAlarms: readonly Trial[];
}

export function scoresOf(trials: readonly Trial[], rules: readonly string[]): Scores {
  const limited = trials.filter(({ kind }) => kind !== "with room");
  const scored = rules.map((rule) => scoreOf(rule, limited));
  const total = (read: (score: RuleScore) => number): number =>
    scored.reduce((sum, each) => sum + read(each), 0);
  const ones = trials.filter(({ kind }) => kind === "one");
  return {
    trials: trials.length,
    rules: scored,
    all: score(
      "all",
      total((each) => each.planted),
      total((each) => each.found),
      total((each) => each.wrong),
    ),
    first: ones.filter(({ planted, found }) => found[0] === planted[0]).length / Math.max(1, ones.length),
    falseAlarms: trials.filter(({ kind, found }) => kind !== "one" && kind !== "two" && found.length > 0),
  };
}

function scoreOf(rule: string, trials: readonly Trial[]): RuleScore {
  const planted = trials.filter((trial) => trial.planted.includes(rule));
  const found = planted.filter((trial) => trial.found.includes(rule));
  const wrong = trials.filter((trial) => !trial.planted.includes(rule) && trial.found.includes(rule));
  return score(rule, planted.length, found.length, wrong.length);
}

function score(rule: string, planted: number, found: number, wrong: number): RuleScore {
  return {
    ...{ rule, planted, found, wrong },
    ...(planted > 0 && { recall: found / planted }),
    ...(found + wrong > 0 && { precision: found / (found + wrong) }),
  };
}

/** One line for each rule, then all together. */
export function scoreLines({ rules, all, first, falseAlarms, trials }: Scores): readonly string[] {
  const line = ({ rule, planted, found, wrong, recall, precision }: RuleScore): string =>
    `${rule.padEnd(22)} ${`${found} of ${planted} found`.padEnd(18)} recall ${percent(recall)}   precision ${percent(precision)}   wrong ${wrong}`;
  return [
    ...rules.map(line),
    line(all),
    `named first where it was the only limit: ${percent(first).trim()}`,
    `loads without a limit or with room, of which one was named: ${falseAlarms.length} (of ${trials} loads in all)`,
    ...falseAlarms.slice(0, 5).map(({ kind, found }) => `  ${kind}: ${found.join(", ")}`),
  ];
}

/** The targets that were missed, one line each. */
export function missedTargets({ rules, all, first, falseAlarms }: Scores): readonly string[] {
  const below = (what: string, value: number | undefined, least: number): readonly string[] =>
    value === undefined || value >= least
      ? []
      : [`MISSED: ${what} is ${percent(value).trim()}, at least ${percent(least).trim()} wanted`];
  return [
    ...below("recall of all rules", all.recall, TARGETS.recall),
    ...below("precision of all rules", all.precision, TARGETS.precision),
    ...below("the share named first", first, TARGETS.first),
    ...rules.flatMap(({ rule, recall, precision }) => [
      ...below(`recall of ${rule}`, recall, TARGETS.ofEachRule),
      ...below(`precision of ${rule}`, precision, TARGETS.ofEachRule),
    ]),
    ...(falseAlarms.length > 0
      ? [`MISSED: ${falseAlarms.length} loads without a limit have one, 0 wanted`]
      : []),
  ];
}

function percent(share: number | undefined): string {
  return (share === undefined ? "–" : `${Math.round(share * 1000) / 10} %`).padStart(7);
}
