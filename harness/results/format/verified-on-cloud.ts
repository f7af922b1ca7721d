import type { RunRecord } from "../../model/record/record.ts";
import { recordStandingOf } from "../judge/official.ts";

/** When an architecture was last seen to deploy, to be measured and to be torn down clean on its cloud; or never. */
export type VerifiedOnCloud = "never" | { readonly date: string; readonly version: string };

/** Derived from official records alone: nobody can say it of an architecture without having measured it. */
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

/** As tables and pages show it: `2026-11-22 (2.31.0)`. */
export function verifiedWords(verified: VerifiedOnCloud): string {
  return verified === "never" ? verified : `${verified.date} (${verified.version})`;
}
