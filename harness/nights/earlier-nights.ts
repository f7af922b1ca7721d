import { messageOf } from "../tools/error.ts";
import type { NightSteps } from "./night-steps.ts";
import type { Night } from "./night.ts";
import { STEP_KINDS } from "./step-kind.ts";

/** A night before this one that is not known to have ended. */
export type EarlierNight = {
  readonly id: string;
  /** Ids of its runs that are not torn down yet. */
  readonly living: readonly string[];
} & (
  | { readonly night: Night }
  /** Its file is cut off, missing, or of another night. */
  | { readonly problem: string }
);

export interface EarlierPorts {
  /** Oldest first. */
  readonly earlier: () => Promise<readonly EarlierNight[]>;
  /** Marks it as ended in its file, so that the next night does not find it again. */
  readonly close: (night: EarlierNight) => Promise<void>;
}

/** The entries about earlier nights in this night's file. */
export function recordEarlierNights(earlier: readonly EarlierNight[]): Pick<Night, "unended" | "damaged"> {
  return {
    unended: earlier.flatMap((each) =>
      "night" in each ? { night: each.id, startedAt: each.night.startedAt, runs: each.night.runs } : [],
    ),
    damaged: earlier.flatMap((each) =>
      "problem" in each ? { night: each.id, problem: each.problem, runs: [...each.living] } : [],
    ),
  };
}

/** Tears down what earlier nights left. A night whose teardown fails stays open for the next one. */
export async function endEarlierNights(
  earlier: readonly EarlierNight[],
  steps: NightSteps,
  { close, report }: Pick<EarlierPorts, "close"> & { readonly report: (line: string) => void },
): Promise<void> {
  for (const night of earlier) {
    report(
      "night" in night
        ? `night: ${night.id} of ${night.night.startedAt} never ended`
        : `night: ${night.id} left a file that cannot be read: ${night.problem}`,
    );
    let isLeft = false;
    for (const runId of night.living) {
      const { outcome } = await steps.run(STEP_KINDS.teardown, `teardown ${runId}`, ["teardown", runId]);
      isLeft ||= outcome !== "ok";
    }
    if (isLeft) continue;
    await close(night).catch((error: unknown) =>
      report(`night: ${night.id} cannot be closed: ${messageOf(error)}`),
    );
  }
}
