/** The state of one tool on this machine. */
export interface Finding {
  readonly tool: string;
  /** `optional` = absent, and a rehearsal works without it. `stale` = older than it should be, which prevents nothing. */
  readonly state: "ok" | "missing" | "unsupported" | "optional" | "stale";
  /** Version, and where it lies when that is known. */
  readonly found?: string;
  readonly wanted: string;
  /** How to get what is wanted; absent when it is there. */
  readonly next?: string;
}
