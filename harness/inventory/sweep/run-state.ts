/** The state of a run by its folder and this machine. */
export interface RunFacts {
  /** Its record is final, so no process works on it. */
  readonly final: boolean;
  /** Its driver; `none` for a staged run and for one kept for inspection; `unknown` does not mean dead. */
  readonly driver: "alive" | "dead" | "elsewhere" | "unknown" | "none";
  /** Whether a living reaper holds its lease. */
  readonly held: boolean;
  /** Whether its complete teardown was requested. */
  readonly asked: boolean;
  /** Whether its expiry, or the time for which it is kept, has passed. */
  readonly expired: boolean;
}

/**
 * The state of a run for a sweep: `living` has a driver or reaper, `ended` was torn down, `orphaned` has neither.
 * Remains of the last two may be removed.
 */
export type RunState = "living" | "ended" | "orphaned";

export function runState(facts: RunFacts): RunState {
  if (facts.final) return "ended";
  if (facts.held || facts.driver === "alive") return "living";
  return isDue(facts) ? "orphaned" : "living";
}

/** Whether the run must be torn down by its state, before a sweep searches the cloud. */
export function isDue({ final, driver, asked, expired }: RunFacts): boolean {
  return !final && (driver === "dead" || expired || (asked && driver !== "alive"));
}
