import type { PreflightContext } from "./context.ts";
import type { CheckResult } from "./run-checks.ts";

/** The result of `refbench preflight`, as written with `--output json`. */
export interface PreflightReport {
  readonly schemaVersion: 1;
  readonly architecture: string;
  readonly size: string;
  /** No cloud was asked. */
  readonly simulated: boolean;
  /** Google project, AWS account, or the twin's. */
  readonly project: string;
  readonly region: string;
  readonly zone: string;
  readonly askedAt: string;
  /** `ready` if no check failed, even if some could not be done. */
  readonly outcome: "ready" | "failed";
  readonly checks: readonly CheckResult[];
}

/** Builds the report from the checks' results. */
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
