import { jsonText } from "../../tools/safe-text.ts";
import { recordSchema } from "../../model/record/record.ts";
import type { RunRecord } from "../../model/record/record.ts";

/** Formats a record as JSON in the order of its schema, without unknown fields. */
export function resultsJson(record: RunRecord): string {
  return jsonText(recordSchema.parse(record));
}
