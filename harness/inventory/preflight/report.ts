import type { CheckName } from "./check.ts";
import type { PreflightContext } from "./context.ts";
import type { CheckResult } from "./run-checks.ts";

/** What `refbench preflight` found, as it is written with `--output json`. */
export interface PreflightReport {
  readonly schemaVersion: 1;
  readonly architecture: string;
  readonly size: string;
  /** Nothing of a cloud was asked. */
  readonly simulated: boolean;
  /** Google project, AWS account, or the twin's. */
  readonly project: string;
  readonly region: string;
  readonly zone: string;
  readonly askedAt: string;
  /** `ready` when no check failed; those that could not be asked are named. */
  readonly outcome: "ready" | "failed";
  readonly checks: readonly CheckResult[];
}

/** Puts together what the checks found. */
export function preflightReport(
  context: PreflightContext,
  simulated: boolean,
  checks: readonly CheckResult[],
): PreflightReport {
  const { architecture, size, project, clock } = context;
  return {
    schemaVersion: 1,
    architecture: architecture.name,
    size: size.name,
    simulated,
    project,
    region: architecture.region,
    zone: architecture.zone,
    askedAt: new Date(clock.now()).toISOString(),
    outcome: checks.some(({ state }) => state === "failed") ? "failed" : "ready",
    checks,
  };
}

const MARKS = { ok: "ok", failed: "FAILED", skipped: "skipped", unknown: "UNKNOWN" } as const;

/** The report as a person reads it. */
export function preflightText(report: PreflightReport): string {
  const { architecture, size, simulated, project, zone, checks } = report;
  const width = Math.max(...checks.map(({ name }) => name.length));
  // They say nothing of their own: the check that they wait for has the reason and the fix.
  const [waiting, asked] = [checks.filter(isWaiting), checks.filter((check) => !isWaiting(check))];
  const lines = asked.flatMap(({ name, state, found, fix }) => [
    `${MARKS[state].padEnd(7)}  ${name.padEnd(width)}  ${found}`,
    ...(fix === undefined ? [] : [`${" ".repeat(7)}  ${" ".repeat(width)}  -> ${fix}`]),
  ]);
  const where = simulated ? "the twin (simulated)" : `${project}, ${zone}`;
  return [
    `Preflight of ${architecture} ${size} in ${where}; nothing is created`,
    "",
    ...lines,
    ...(waiting.length === 0
      ? []
      : ["", `Not asked, since they need one that failed: ${waiting.map(({ name }) => name).join(", ")}`]),
    "",
    conclusion(report),
    "",
  ].join("\n");
}

function isWaiting({ state, needs }: CheckResult): boolean {
  return state === "unknown" && needs !== undefined;
}

function conclusion({ outcome, checks, simulated }: PreflightReport): string {
  const of = (state: CheckResult["state"]): readonly CheckName[] =>
    checks.filter((check) => check.state === state).map(({ name }) => name);
  const unknown = checks
    .filter((check) => check.state === "unknown" && !isWaiting(check))
    .map(({ name }) => name);
  const unasked = unknown.length === 0 ? "" : ` Not known: ${unknown.join(", ")}.`;
  if (outcome === "failed")
    return `Not ready: ${of("failed").join(", ")} failed; see the arrows above.${unasked}`;
  return `Ready${simulated ? " for a rehearsal" : ""}: nothing failed.${unasked}`;
}
