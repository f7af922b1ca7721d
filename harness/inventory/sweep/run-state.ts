/** What a run's folder and the machine say of a run. */
export interface RunFacts {
  /** Its record is final: nobody works on it any more. */
  readonly final: boolean;
  /** The process that drives it; `none` for a staged run. */
  readonly owner: "alive" | "dead" | "elsewhere" | "none";
  /** A living reaper holds its lease. */
  readonly held: boolean;
  /** Its expiry has passed. */
  readonly expired: boolean;
}

/**
 * What a run is for a sweep: `living` belongs to somebody, `ended` had its teardown, `orphaned` has nobody.
 * Whatever is left of the last two may go.
 */
export type RunState = "living" | "ended" | "orphaned";

export function runState({ final, owner, held, expired }: RunFacts): RunState {
  if (final) return "ended";
  if (held || owner === "alive") return "living";
  return owner === "dead" || expired ? "orphaned" : "living";
}

/** Whether the run wants tearing down by its state, before anything is looked for in the cloud. */
export function isDue({ final, owner, expired }: RunFacts): boolean {
  return !final && (owner === "dead" || expired);
}
