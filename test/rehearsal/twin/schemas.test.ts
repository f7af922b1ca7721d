import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { loadSchemas } from "../../../rehearsal/twin/plugin/schemas.ts";
import { schemaFile } from "../../../rehearsal/twin/schema-file.ts";
import { TYPES_IN_USE } from "../../../rehearsal/twin/types-in-use.ts";
import type { ProviderName } from "../../../rehearsal/twin/types-in-use.ts";
import { committedSchemas, differences, extractSchemas } from "../../../scripts/extract-schemas.ts";

const ROOT = join(import.meta.dirname, "../../..");
const SCHEMAS = join(ROOT, "rehearsal/twin/schemas");
let extracted: Map<string, string>;
beforeAll(async () => {
  extracted = await extractSchemas();
});

test("the committed schemas are those of the installed @cdktf packages", () => {
  expect(differences(extracted, committedSchemas())).toEqual([]);
});

test("a schema that changes in any part is a difference", () => {
  const file = schemaFile("resource", "google_compute_network");
  const changed = new Map([...committedSchemas(), [file, extracted.get(file)!.replace("mtu", "mtv")]]);
  expect(differences(extracted, changed)).toEqual([file]);
});

test.each(Object.entries(TYPES_IN_USE))(
  "the twin claims the version of %s that its package binds",
  (provider, { version }) => {
    const binding = readFileSync(
      join(ROOT, `node_modules/@cdktf/provider-${provider}/lib/provider/index.js`),
      "utf8",
    );
    expect(binding).toContain(`providerVersion: '${version}'`);
  },
);

test.each(Object.keys(TYPES_IN_USE) as ProviderName[])(
  "every path of the overlay exists in the schemas of %s",
  (provider) => {
    const { resources, dataSources } = loadSchemas(SCHEMAS, provider);
    expect(resources.size).toBe(TYPES_IN_USE[provider].resources.length);
    expect(dataSources.size).toBe(TYPES_IN_USE[provider].dataSources.length);
  },
);

test("the overlay adds what the packages lack: write-only and sensitive attributes", () => {
  const user = loadSchemas(SCHEMAS, "google").resources.get("google_sql_user")!;
  expect(user.version).toBe(1);
  expect(user.block.attributes!["password_wo"]).toMatchObject({ type: "string", write_only: true });
  expect(user.block.attributes!["password"]).toMatchObject({ sensitive: true });
});
