import { writeFile } from "node:fs/promises";
import { RECORD_SCHEMA, recordJsonSchema } from "../harness/results/output/json-schema.ts";

await writeFile(RECORD_SCHEMA, recordJsonSchema());
