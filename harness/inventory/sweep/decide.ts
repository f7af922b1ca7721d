import type { RunState } from "./run-state.ts";

/** All that a decision about one item depends on. */
export interface Case {
  /** Whether label, name or place tell of a run. */
  readonly hasRun: boolean;
  /** The run is the one named by `--run`; undefined when none was named. */
  readonly named: boolean | undefined;
  readonly manual: boolean;
  /** Nobody can say whose it is: name and label name two runs, or the label is not a run's id. */
  readonly doubtful: boolean;
  /** What this folder knows of the run; undefined when the run is not of this folder. */
  readonly run: RunState | undefined;
  /** What `bench-expires` says. */
  readonly expiry: "past" | "future" | "none";
  /** Against `--older-than`; unknown on the first look at an item without a time of creation. */
  readonly age: "old" | "young" | "unknown";
  readonly includeUnlabelled: boolean;
}

/** Why an item goes. */
export const REMOVE_REASONS = {
  named: "of the run that was named",
  ended: "of a run whose teardown is over",
  orphaned: "of a run that nobody looks after",
  expired: "past its bench-expires",
  old: "older than --older-than",
  "unlabelled-old": "of no run and older than --older-than",
} as const;
export type RemoveReason = keyof typeof REMOVE_REASONS;

/** Why an item stays. */
export const KEEP_REASONS = {
  manual: "made by hand: never touched",
  doubtful: "of an unclear run, since label and name disagree: never touched, remove it manually",
  "other-run": "not of the run that was named",
  living: "of a run that somebody works on",
  "not-expired": "its bench-expires is to come",
  "unknown-age": "of unknown age: seen for the first time",
  young: "younger than --older-than",
  unlabelled: "of no run: --include-unlabelled removes it",
} as const;
export type KeepReason = keyof typeof KEEP_REASONS;

export type Decision =
  | { readonly act: "remove"; readonly reason: RemoveReason }
  | { readonly act: "keep"; readonly reason: KeepReason };

/** Whether an item goes. Whatever speaks for keeping is asked before whatever speaks for removing. */
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
