import { writeFile } from "node:fs/promises";
import {
  RECORD_SCHEMA,
  recordJsonSchema,
  SCHEDULE_SCHEMA,
  scheduleJsonSchema,
} from "../harness/results/output/json-schema.ts";

await writeFile(RECORD_SCHEMA, recordJsonSchema());
await writeFile(SCHEDULE_SCHEMA, scheduleJsonSchema());
