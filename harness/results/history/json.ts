import { jsonText } from "../../tools/safe-text.ts";
import { recordSchema } from "../../model/record/record.ts";
import type { RunRecord } from "../../model/record/record.ts";

/** A record as JSON in its schema's order, and nothing that its schema does not name. */
export function resultsJson(record: RunRecord): string {
  return jsonText(recordSchema.parse(record));
}
