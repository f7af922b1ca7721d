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
