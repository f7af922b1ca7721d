import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { recordSchema } from "../../../../harness/model/record/record.ts";
import {
  RECORD_SCHEMA,
  recordJsonSchema,
  SCHEDULE_SCHEMA,
  scheduleJsonSchema,
} from "../../../../harness/results/output/json-schema.ts";

test("the published schema is the one that records are read by; npm run schemas:record writes it", async () => {
  expect(await readFile(RECORD_SCHEMA, "utf8")).toBe(recordJsonSchema());
  expect(await readFile(SCHEDULE_SCHEMA, "utf8")).toBe(scheduleJsonSchema());
});

test("the schema names every field of a record, and what may be left out", () => {
  const { properties, required } = JSON.parse(recordJsonSchema()) as {
    readonly properties: object;
    readonly required: readonly string[];
  };
  expect(Object.keys(properties)).toEqual(Object.keys(recordSchema.shape));
  expect(required).toContain("teardown");
  expect(required).not.toContain("measurements");
});
