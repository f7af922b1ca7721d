import type { RunRecord } from "../model/record/record.ts";
import type { RunId } from "../model/run-id.ts";
import { oneLine } from "../tools/safe-text.ts";
import { EXIT_CODES, type Verdict, worst } from "../tools/verdict.ts";
import { countOf } from "../tools/count-text.ts";

const REPORT_SCHEMA_VERSION = 1;

type Audited = Exclude<RunRecord["teardown"], { readonly state: "pending" }>;

/** The outcome of one run's teardown, or why there was none. */
export type RunOutcome = { readonly runId: RunId } & (
  | {
      readonly outcome: Audited["state"];
      readonly verdict: RunRecord["verdict"];
      readonly scope: string;
      readonly left: Audited["left"];
    }
  /** `unfinished`: it is not known what remains; `left`: the command was interrupted before the end. */
  | { readonly outcome: "skipped" | "would-tear-down" | "unfinished" | "left"; readonly reason: string }
);

/** The outcomes of all runs in a bucket. */
export interface TeardownReport {
  readonly schemaVersion: typeof REPORT_SCHEMA_VERSION;
  readonly mirror: string;
  readonly dryRun: boolean;
  /** Runs whose record in the bucket already says that nothing remains. */
  readonly finished: number;
  readonly runs: readonly RunOutcome[];
}

/** Builds the report, with its outcome. */
export function teardownReport(report: Omit<TeardownReport, "schemaVersion">): TeardownReport {
  return { schemaVersion: REPORT_SCHEMA_VERSION, ...report };
}

/** The outcome in a run's final record. */
export function teardownOutcomeOf({ runId, verdict, teardown }: RunRecord): RunOutcome {
  if (teardown.state === "pending")
    return { runId, outcome: "unfinished", reason: "its record is not final" };
  return { runId, outcome: teardown.state, verdict, scope: teardown.scope, left: teardown.left };
}

/** The report as text, one line per run. */
export function teardownText({ mirror, finished, runs }: TeardownReport): string {
  const lines = runs.map(outcomeLine);
  const others = `${countOf(finished, "run")} finished before`;
  if (runs.length > 0) return `${lines.join("\n")}\n${mirror}: ${others}\n`;
  return `${mirror}: nothing to tear down, ${finished === 0 ? "it holds no run" : others}\n`;
}

/** The outcome of one run on a line, and one more line for each remaining resource. */
export function outcomeLine(run: RunOutcome): string {
  switch (run.outcome) {
    case "clean":
    case "leaked":
    case "unverified": {
      const left = run.left.map(({ kind, name }) => `\n  ${oneLine(`${kind} ${name}`)}`).join("");
      return `${run.runId}: teardown ${run.outcome} (${run.scope}), verdict ${run.verdict}${left}`;
    }
    case "skipped":
      return oneLine(`${run.runId}: skipped: ${run.reason}`);
    case "would-tear-down":
      return oneLine(`${run.runId}: would be torn down: ${run.reason}`);
    case "unfinished":
      return oneLine(`${run.runId}: not torn down: ${run.reason}`);
    case "left":
      return oneLine(`${run.runId}: left before the end: ${run.reason}`);
  }
}

const VERDICT_OF = {
  clean: "pass",
  leaked: "leaked",
  unverified: "unverified",
  unfinished: "unverified",
  left: "handed-over",
  skipped: "pass",
  "would-tear-down": "pass",
} as const satisfies Record<RunOutcome["outcome"], Verdict>;

/** The exit code of the most severe outcome. */
export function teardownExitCode(runs: readonly RunOutcome[]): number {
  return EXIT_CODES[worst(runs.map(({ outcome }) => VERDICT_OF[outcome]))];
}
