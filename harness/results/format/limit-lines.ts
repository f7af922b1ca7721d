import type { LimitFinding } from "../../model/observation/limits.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { formatDuration } from "./format.ts";

/** How many limits, and how many missing figures, are listed; the record has all. */
const MOST_FINDINGS = 3;
const MOST_UNSEEN = 3;

/**
 * What held a load back: the answer, the first limits with their strongest evidence and advice, and what was not seen.
 * Empty for records that do not say it.
 */
export function limitLines({
  limits,
  observation,
}: Pick<RunRecord, "limits" | "observation">): readonly string[] {
  if (limits === undefined) return [];
  const { findings, sentence, answer, unjudged } = limits;
  const more = findings.length - MOST_FINDINGS;
  const isOpen = answer === "unknown" || answer === "limited";
  return [
    `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`,
    ...findings.slice(0, MOST_FINDINGS).map((finding) => `  - ${findingWords(finding)}`),
    ...(more > 0 ? [`  - and ${more} more: see record.json`] : []),
    ...(isOpen && unjudged.length > 0
      ? [`  Not judged: ${unjudged.map(({ rule }) => rule).join(", ")}.`]
      : []),
    ...unseenLines(observation),
  ];
}

function findingWords({
  limit,
  share,
  firstAtMs,
  lastAtMs,
  evidence,
  advice,
  confidence,
}: LimitFinding): string {
  const [first] = evidence;
  const time = `${Math.max(1, Math.round(share * 100))} % of the time under load, ${formatDuration(firstAtMs)} to ${formatDuration(lastAtMs)}`;
  return `${limit}: ${time}, confidence ${confidence}; ${first === undefined ? "" : `${first.words}; `}${advice}`;
}

function unseenLines(observation: RunRecord["observation"]): readonly string[] {
  const unseen = observation?.unseen ?? [];
  const named = unseen.slice(0, MOST_UNSEEN).map(({ what, why }) => `${what} (${why})`);
  const more = unseen.length - MOST_UNSEEN;
  return named.length === 0
    ? []
    : [`  Not seen: ${named.join("; ")}${more > 0 ? `; and ${more} more` : ""}.`];
}
