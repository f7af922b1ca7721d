import { messageOf } from "../tools/error.ts";
import type { NightSteps } from "./night-steps.ts";
import type { Night } from "./night.ts";
import { STEP_KINDS } from "./step-kind.ts";

/** A night before this one that is not known to have ended. */
export type EarlierNight = {
  readonly id: string;
  /** Those of its runs that nobody has torn down yet, by id. */
  readonly living: readonly string[];
} & (
  | { readonly night: Night }
  /** Its file is cut off, lost, or not its own. */
  | { readonly problem: string }
);

export interface EarlierPorts {
  /** Oldest first. */
  readonly earlier: () => Promise<readonly EarlierNight[]>;
  /** Has its file say that it ended, so that the next night does not find it again. */
  readonly close: (night: EarlierNight) => Promise<void>;
}

/** What this night's file says of those before it. */
export function toldOf(earlier: readonly EarlierNight[]): Pick<Night, "unended" | "damaged"> {
  return {
    unended: earlier.flatMap((each) =>
      "night" in each ? { night: each.id, startedAt: each.night.startedAt, runs: each.night.runs } : [],
    ),
    damaged: earlier.flatMap((each) =>
      "problem" in each ? { night: each.id, problem: each.problem, runs: [...each.living] } : [],
    ),
  };
}

/** Tears down what is left of the nights before; one whose run still stands is the next night's to end. */
export async function endEarlierNights(
  earlier: readonly EarlierNight[],
  steps: NightSteps,
  { close, tell }: Pick<EarlierPorts, "close"> & { readonly tell: (line: string) => void },
): Promise<void> {
  for (const night of earlier) {
    tell(
      "night" in night
        ? `night: ${night.id} of ${night.night.startedAt} never ended`
        : `night: ${night.id} left a file that cannot be read: ${night.problem}`,
    );
    let stands = false;
    for (const runId of night.living) {
      const { outcome } = await steps.run(STEP_KINDS.teardown, `teardown ${runId}`, ["teardown", runId]);
      stands ||= outcome !== "ok";
    }
    if (stands) continue;
    await close(night).catch((error: unknown) =>
      tell(`night: ${night.id} cannot be closed: ${messageOf(error)}`),
    );
  }
}
