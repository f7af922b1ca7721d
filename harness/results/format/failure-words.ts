import type { FailureCount } from "../../model/record/worker-result.ts";
import { formatCount } from "../../tools/count-text.ts";

/** One kind of failure reason, with the last lines of a log that shows it. */
export interface ReasonWords {
  readonly title: string;
  readonly log: readonly string[];
}

/** Formats a failure of a load as one line, for text and Markdown. */
export function failureLine({ class: name, phase, count, example }: FailureCount): string {
  return `${formatCount(count)} × ${name} in ${phase}: ${example}`;
}

/** Returns the failure reasons found in logs, by kind; empty if no log was read. */
export function failureReasonsOf({ reasons }: FailureCount): readonly ReasonWords[] {
  return (reasons ?? []).map(({ error, count, log }) => ({
    title: `${formatCount(count)} × ${error}; the first log ends with`,
    log,
  }));
}
