import { jsonText } from "../../tools/safe-text.ts";
import { z } from "zod";
import { RECORD_SCHEMA_VERSION, recordSchema } from "../../model/record/record.ts";
import { scheduleSchema } from "../../../reference-architectures/mixed/schedule.ts";
import { packageFile } from "../../../reference-architectures/package-file.ts";

/** The published schema file; `npm run schemas:record` writes it. */
export const RECORD_SCHEMA = packageFile("harness/results/output/record.schema.json");

/** The published schema of a mixed schedule's file; the same command writes it. */
export const SCHEDULE_SCHEMA = packageFile("reference-architectures/mixed/schedule.schema.json");

/** Returns the JSON schema of a mixed schedule, generated from the zod schema that checks every file. */
export function scheduleJsonSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(scheduleSchema, { io: "input" });
  return jsonText({ $schema, title: "A mixed schedule of refbench", ...rest });
}

/** Returns the JSON schema of a record, generated from the zod schema that checks every record. */
export function recordJsonSchema(): string {
  const schema = z.toJSONSchema(recordSchema, { io: "input" });
  const { $schema, ...rest } = schema;
  const title = `The record of a refbench run, version ${RECORD_SCHEMA_VERSION}`;
  return jsonText({ $schema, title, ...rest });
}
