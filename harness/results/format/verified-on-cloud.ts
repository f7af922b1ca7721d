import type { RunRecord } from "../../model/record/record.ts";
import { recordStandingOf } from "../judge/official.ts";

/** When an architecture was last deployed, measured and torn down without a leak on its cloud. */
export type VerifiedOnCloud = "never" | { readonly date: string; readonly version: string };

/** Finds the newest official record that proves it. No other source counts. */
export function verifiedOnCloud(architecture: string, records: readonly RunRecord[]): VerifiedOnCloud {
  const seen = records.filter(
    (record) =>
      record.architecture === architecture &&
      record.measurements !== undefined &&
      record.teardown.state === "clean" &&
      recordStandingOf(record) === "official",
  );
  const newest = seen
    .toSorted((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt))
    .at(-1);
  if (newest === undefined) return "never";
  const { finishedAt, startedAt, coderVersion = "no version" } = newest;
  return { date: (finishedAt ?? startedAt).slice(0, "2026-11-22".length), version: coderVersion };
}

/** Formats it for tables and pages: `2026-11-22 (2.31.0)`. */
export function verifiedWords(verified: VerifiedOnCloud): string {
  return verified === "never" ? verified : `${verified.date} (${verified.version})`;
}
