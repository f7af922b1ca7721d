import type { RunRecord } from "../../model/record/record.ts";

/** Hours of a month, as clouds count them: 365 days of 24 hours in 12 months. */
const MONTH_HOURS = 730;

/** Lines of a bill that exist only to generate load. */
const OF_THE_LOAD = /\bfor the load('s pods)?$/;

/**
 * Returns what the deployment would cost if it stood for a month, USD: the hourly prices of the record's estimate,
 * without the machines that generate load. What is paid once, such as traffic, is not part of it. Undefined without
 * an estimate.
 */
export function monthOf({ cost }: RunRecord): number | undefined {
  const hourly = (cost?.estimate.items ?? []).filter(
    ({ what, per }) => per === "hour" && !OF_THE_LOAD.test(what),
  );
  if (hourly.length === 0) return undefined;
  return hourly.reduce((sum, { quantity, rate }) => sum + quantity * rate, 0) * MONTH_HOURS;
}
