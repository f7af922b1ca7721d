import { EXIT_CODES, type Verdict } from "../tools/verdict.ts";
import type { CommandEnd } from "./child-command.ts";
import type { NightStep } from "./night.ts";
import { parseJson } from "../tools/parse-json.ts";

/** How a step around the runs ended, and what follows from that for its night. */
export type StepEnd = Omit<NightStep, "name" | "verdict"> & { readonly verdict: Verdict };

/** A kind of step: how long it may take, and what its end means. */
export interface StepKind {
  /** The runs. */
  readonly when: "before" | "after";
  readonly longestMs: number;
  /** Kept for it where a night has a deadline. */
  readonly leastMs: number;
  /** What follows when a sweep removed something, which it says by its exit code. */
  readonly found?: Verdict;
  readonly stepFailed: Verdict;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Every kind of step that a night has around its runs. */
export const STEP_KINDS = {
  teardown: { when: "before", longestMs: 4 * HOUR, leastMs: 10 * MINUTE, stepFailed: "leaked" },
  // A sweep may have to wait for other runs' teardowns.
  sweepBefore: {
    when: "before",
    longestMs: 4 * HOUR,
    leastMs: 10 * MINUTE,
    found: "pass",
    stepFailed: "unverified",
  },
  // The run that follows says by its own verdict what failed.
  preflight: { when: "before", longestMs: 15 * MINUTE, leastMs: 2 * MINUTE, stepFailed: "pass" },
  // What a sweep finds after the audits was left by them.
  sweepAfter: {
    when: "after",
    longestMs: 4 * HOUR,
    leastMs: 10 * MINUTE,
    found: "leaked",
    stepFailed: "unverified",
  },
  publish: { when: "after", longestMs: 15 * MINUTE, leastMs: 3 * MINUTE, stepFailed: "harness-error" },
} as const satisfies Record<string, StepKind>;

/** What the end of its command means for a step of this kind. */
export function stepEnd(kind: StepKind, { code, said, timedOut, stdout }: CommandEnd): StepEnd {
  if (timedOut) return failed(kind, ["took too long", said.at(-1)]);
  if (code === EXIT_CODES.pass) return { outcome: "ok", said: "ok", verdict: "pass" };
  const checks = failedChecks(stdout);
  if (checks !== undefined) return failed(kind, [checks]);
  if (code === EXIT_CODES["slo-failed"] && kind.found !== undefined)
    return { outcome: "found", said: words([`exit ${code}`, said.at(-1)]), verdict: kind.found };
  return failed(kind, [`exit ${code}`, said.at(-1)]);
}

/** A step that failed, in parts of a sentence. */
export function failed(kind: StepKind, parts: readonly (string | undefined)[]): StepEnd {
  return { outcome: "failed", said: words(parts), verdict: kind.stepFailed };
}

function words(parts: readonly (string | undefined)[]): string {
  return parts
    .map((part) => part?.replace(/^refbench: /, ""))
    .filter((part) => part !== undefined && part !== "")
    .join(": ");
}

/** What a preflight's answer says of the checks that failed. */
function failedChecks(stdout: string): string | undefined {
  try {
    const { checks } = parseJson(stdout) as { checks: { name: string; state: string; found: string }[] };
    const said = checks
      .filter(({ state }) => state === "failed")
      .map(({ name, found }) => `${name}: ${found}`);
    return said.length === 0 ? undefined : said.join("; ");
  } catch {
    return undefined;
  }
}
