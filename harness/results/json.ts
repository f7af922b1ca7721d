import { recordSchema } from "../model/record.ts";
import type { RunRecord } from "../model/record.ts";

/** A record as JSON in its schema's order, and nothing that its schema does not name. */
export function resultsJson(record: RunRecord): string {
  return `${JSON.stringify(recordSchema.parse(record), null, 2)}\n`;
}
