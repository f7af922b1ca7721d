import { jsonText } from "../../tools/safe-text.ts";
import { z } from "zod";
import { RECORD_SCHEMA_VERSION, recordSchema } from "../../model/record/record.ts";
import { packageFile } from "../../../reference-architectures/package-file.ts";

/** Where the schema is published; `npm run schemas:record` writes it. */
export const RECORD_SCHEMA = packageFile("harness/results/output/record.schema.json");

/** The JSON schema of a record, from the one that every record is checked by when it is read. */
export function recordJsonSchema(): string {
  const schema = z.toJSONSchema(recordSchema, { io: "input" });
  const { $schema, ...rest } = schema;
  const title = `The record of a refbench run, version ${RECORD_SCHEMA_VERSION}`;
  return jsonText({ $schema, title, ...rest });
}
