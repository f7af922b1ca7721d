import type { Measurements } from "../../model/record/record.ts";
import { formatCount } from "../../tools/count-text.ts";

/** Reports how many polls got no usable answer, and what arrived instead; undefined if nothing was polled. */
export function pollsLine({ polls }: Measurements): string | undefined {
  if (polls === undefined) return undefined;
  const kinds = polls.lostBy.map(({ answer, count }) => `${formatCount(count)} × ${answer}`).join(", ");
  const example = polls.lostBy[0]?.example;
  const of = `Polls: ${formatCount(polls.lost)} of ${formatCount(polls.asked)} answers lost`;
  return example === undefined ? `${of}.` : `${of} (${kinds}), such as: ${example}`;
}
