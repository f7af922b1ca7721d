import type { FailureCount } from "../../model/record/worker-result.ts";
import { formatCount } from "./format.ts";

/** What one kind of reason is, and the last lines of the log that tells it. */
export interface ReasonWords {
  readonly title: string;
  readonly log: readonly string[];
}

/** A failure of a load on one line, the same in text and Markdown. */
export function failureLine({ class: name, phase, count, example }: FailureCount): string {
  return `${formatCount(count)} × ${name} in ${phase}: ${example}`;
}

/** The reasons that logs tell of a failure, by kind; none where no log was read. */
export function failureReasonsOf({ reasons }: FailureCount): readonly ReasonWords[] {
  return (reasons ?? []).map(({ error, count, log }) => ({
    title: `${formatCount(count)} × ${error}; the log of the first ends with`,
    log,
  }));
}
