import type { RunState } from "./run-state.ts";

/** The input of a decision about one item. */
export interface Case {
  /** Whether label, name or location identify a run. */
  readonly hasRun: boolean;
  /** Whether it is the run named by `--run`; undefined if none was named. */
  readonly named: boolean | undefined;
  readonly manual: boolean;
  /** Its run is unclear: name and label identify two runs, or the label is not a run's id. */
  readonly doubtful: boolean;
  /** The run's state by this folder; undefined if the run is from another folder. */
  readonly run: RunState | undefined;
  /** The state of `bench-expires`. */
  readonly expiry: "past" | "future" | "none";
  /** Compared with `--older-than`; unknown on the first look at an item without a creation time. */
  readonly age: "old" | "young" | "unknown";
  readonly includeUnlabelled: boolean;
}

/** Why an item is removed. */
export const REMOVE_REASONS = {
  named: "of the named run",
  ended: "of a run whose teardown has ended",
  orphaned: "of a run without a driver or reaper",
  expired: "past its bench-expires",
  old: "older than --older-than",
  "unlabelled-old": "of no run and older than --older-than",
} as const;
export type RemoveReason = keyof typeof REMOVE_REASONS;

/** Why an item is kept. */
export const KEEP_REASONS = {
  manual: "of a manual environment: never removed",
  doubtful: "of an unclear run, because label and name disagree: never removed, remove it manually",
  "other-run": "not of the named run",
  living: "of an active run",
  "not-expired": "not past its bench-expires",
  "unknown-age": "of unknown age: seen for the first time",
  young: "younger than --older-than",
  unlabelled: "of no run: --include-unlabelled removes it",
} as const;
export type KeepReason = keyof typeof KEEP_REASONS;

export type Decision =
  | { readonly act: "remove"; readonly reason: RemoveReason }
  | { readonly act: "keep"; readonly reason: KeepReason };

/** Decides whether an item is removed. Every reason to keep it comes before any reason to remove it. */
export function decide(one: Case): Decision {
  if (one.manual) return keep("manual");
  if (one.doubtful) return keep("doubtful");
  if (one.named === false) return keep("other-run");
  if (one.run === "living") return keep("living");
  if (one.named === true) return remove("named");
  if (one.run === "ended" || one.run === "orphaned") return remove(one.run);
  if (one.expiry === "future") return keep("not-expired");
  if (one.hasRun && one.expiry === "past") return remove("expired");
  switch (one.age) {
    case "unknown":
      return keep("unknown-age");
    case "young":
      return keep("young");
    case "old":
      if (one.hasRun) return remove("old");
      return one.includeUnlabelled ? remove("unlabelled-old") : keep("unlabelled");
  }
}

function remove(reason: RemoveReason): Decision {
  return { act: "remove", reason };
}

function keep(reason: KeepReason): Decision {
  return { act: "keep", reason };
}
