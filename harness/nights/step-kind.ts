import { EXIT_CODES, type Verdict } from "../tools/verdict.ts";
import type { CommandEnd } from "./child-command.ts";
import type { NightStep } from "./night.ts";
import { parseJson } from "../tools/parse-json.ts";

/** How a step around the runs ended, and its effect on the verdict of the night. */
export type StepEnd = Omit<NightStep, "name" | "verdict"> & { readonly verdict: Verdict };

/** A kind of step: how long it may take, and the meaning of its end. */
export interface StepKind {
  /** Whether it comes before or after the runs. */
  readonly when: "before" | "after";
  readonly longestMs: number;
  /** The time reserved for it if the night has a deadline. */
  readonly leastMs: number;
  /** The verdict if a sweep removed something, as its exit code shows. */
  readonly found?: Verdict;
  readonly stepFailed: Verdict;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Every kind of step before and after the runs. */
export const STEP_KINDS = {
  teardown: { when: "before", longestMs: 4 * HOUR, leastMs: 10 * MINUTE, stepFailed: "leaked" },
  // A sweep may wait for the teardowns of other runs.
  sweepBefore: {
    when: "before",
    longestMs: 4 * HOUR,
    leastMs: 10 * MINUTE,
    found: "pass",
    stepFailed: "unverified",
  },
  // The verdict of the run that follows shows what failed.
  preflight: { when: "before", longestMs: 15 * MINUTE, leastMs: 2 * MINUTE, stepFailed: "pass" },
  // The audits have missed whatever this sweep finds.
  sweepAfter: {
    when: "after",
    longestMs: 4 * HOUR,
    leastMs: 10 * MINUTE,
    found: "leaked",
    stepFailed: "unverified",
  },
  publish: { when: "after", longestMs: 15 * MINUTE, leastMs: 3 * MINUTE, stepFailed: "harness-error" },
} as const satisfies Record<string, StepKind>;

/** Judges a step of this kind by the end of its command. */
export function judgeStep(kind: StepKind, { code, said, timedOut, stdout }: CommandEnd): StepEnd {
  if (timedOut) return failStep(kind, ["took too long", said.at(-1)]);
  if (code === EXIT_CODES.pass) return { outcome: "ok", said: "ok", verdict: "pass" };
  const checks = describeFailedChecks(stdout);
  if (checks !== undefined) return failStep(kind, [checks]);
  if (code === EXIT_CODES["slo-failed"] && kind.found !== undefined)
    return { outcome: "found", said: joinParts([`exit ${code}`, said.at(-1)]), verdict: kind.found };
  return failStep(kind, [`exit ${code}`, said.at(-1)]);
}

/** The end of a step that failed, with the reason in parts of a sentence. */
export function failStep(kind: StepKind, parts: readonly (string | undefined)[]): StepEnd {
  return { outcome: "failed", said: joinParts(parts), verdict: kind.stepFailed };
}

function joinParts(parts: readonly (string | undefined)[]): string {
  return parts
    .map((part) => part?.replace(/^refbench: /, ""))
    .filter((part) => part !== undefined && part !== "")
    .join(": ");
}

/** The failed checks in the result of a preflight, in words; undefined if there are none. */
function describeFailedChecks(stdout: string): string | undefined {
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
