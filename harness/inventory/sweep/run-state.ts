/** What a run's folder and the machine say of a run. */
export interface RunFacts {
  /** Its record is final: nobody works on it any more. */
  readonly final: boolean;
  /** The process that drives it; `none` for a staged run, and for one that is kept for a look; `unknown` is not dead. */
  readonly owner: "alive" | "dead" | "elsewhere" | "unknown" | "none";
  /** A living reaper holds its lease. */
  readonly held: boolean;
  /** Its whole teardown was asked for. */
  readonly asked: boolean;
  /** Its expiry, or the window it is kept for, has passed. */
  readonly expired: boolean;
}

/**
 * What a run is for a sweep: `living` belongs to somebody, `ended` had its teardown, `orphaned` has nobody.
 * Whatever is left of the last two may go.
 */
export type RunState = "living" | "ended" | "orphaned";

export function runState(facts: RunFacts): RunState {
  if (facts.final) return "ended";
  if (facts.held || facts.owner === "alive") return "living";
  return isDue(facts) ? "orphaned" : "living";
}

/** Whether the run is to be torn down by its state, before anything is looked for in the cloud. */
export function isDue({ final, owner, asked, expired }: RunFacts): boolean {
  return !final && (owner === "dead" || expired || (asked && owner !== "alive"));
}
