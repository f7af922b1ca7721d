import { daysAfter } from "../format/day.ts";
import type { NightRow } from "./nights.ts";
import type { NightStatus } from "./status.ts";
import { tallyWords } from "./tally-words.ts";

/** Maximum length of a reason in a table cell; the record has the complete reason. */
const REASON_LENGTH = 120;

/** Describes a row's status: its nights, the newest one, and recent nights without a record. */
export function statusWords({ status, consecutiveClean, missing, tally }: NightRow): string {
  const words = `${tallyWords(tally)}; ${wordsOf(status, consecutiveClean)}`;
  const named = status.word === "missing" ? status.nights : [];
  const others = missing.filter((day) => !named.includes(day));
  return others.length === 0 ? words : `${words}; no night on ${daysInWords(others)}`;
}

function wordsOf(status: NightStatus, inARow: number): string {
  switch (status.word) {
    case "clean":
      return inARow === 1 ? "newest night clean" : `newest night clean, ${inARow} in a row`;
    case "planted":
      return "newest night passed with planted faults: not in the median";
    case "stale":
      return `stale: the newest night is ${status.days} days old`;
    case "missing":
      return `missing: ${daysInWords(status.nights)}`;
    case "failed":
    case "leaked":
    case "unverified":
      return `newest night ${failureWords(status)}: ${shortened(status.reason)}`;
  }
}

function failureWords({
  word,
  verdict,
  stage,
  class: kind,
}: Extract<NightStatus, { reason: string }>): string {
  if (word !== "failed") return stage === undefined ? word : `${word} after ${stage} failed`;
  const where = stage === undefined ? `failed (${verdict})` : `failed (${verdict}) in ${stage}`;
  return kind === undefined ? where : `${where}, mostly ${kind}`;
}

function shortened(text: string): string {
  return text.length <= REASON_LENGTH ? text : `${text.slice(0, REASON_LENGTH - 1).trimEnd()}…`;
}

/** Formats days in order, with consecutive ones as a range: `2026-11-02 to 2026-11-05, 2026-11-09`. */
function daysInWords(days: readonly string[]): string {
  const spans: { first: string; last: string }[] = [];
  for (const day of days) {
    const span = spans.at(-1);
    if (span !== undefined && daysAfter(span.last, 1) === day) span.last = day;
    else spans.push({ first: day, last: day });
  }
  return spans.map(({ first, last }) => (first === last ? first : `${first} to ${last}`)).join(", ");
}
