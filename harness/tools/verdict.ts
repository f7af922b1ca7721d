/**
 * Verdicts with their exit codes. When several apply, the earlier in this table wins.
 * `handed-over` is an exit code only: a final record never says it.
 */
export const EXIT_CODES = {
  leaked: 40,
  unverified: 41,
  "handed-over": 60,
  "cost-ceiling": 50,
  infrastructure: 30,
  "harness-error": 20,
  interrupted: 61,
  "generator-limited": 21,
  "slo-failed": 10,
  usage: 2,
  pass: 0,
} as const satisfies Record<string, number>;

export type Verdict = keyof typeof EXIT_CODES;

/** Verdicts, the most severe first. */
export const VERDICTS = Object.keys(EXIT_CODES) as readonly Verdict[];

/** The most severe of the verdicts that hold; `pass` if none does. */
export function worst(verdicts: Iterable<Verdict>): Verdict {
  const holding = new Set(verdicts);
  return VERDICTS.find((verdict) => holding.has(verdict)) ?? "pass";
}
