import type { NightRow } from "./nights.ts";
import { versionText } from "../format/row.ts";
import type { MeasuredNight } from "./night.ts";

/** Returns a row of nights as JSON: runs appear by id, without their records. */
export function rowSummary({ newest, measured, ...row }: NightRow) {
  return { ...row, newest: summaryOf(newest), measured: measured.map(summaryOf) };
}

function summaryOf({ day, record }: MeasuredNight) {
  const { runId, verdict, environment, simulated } = record;
  return { day, runId, environment, simulated, coderVersion: versionText(record), verdict };
}
