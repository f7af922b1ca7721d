import { readFileSync } from "node:fs";
import { join } from "node:path";
import { overlayOf } from "../overlay/table.ts";
import type { TypeOverlay } from "../values/overlay.ts";
import type { AttributeSchema, BlockSchema, BlockType, TypeSchema } from "../values/schema.ts";
import { schemaFile } from "../schema-file.ts";
import { type ProviderName, TYPES_IN_USE } from "../types-in-use.ts";

/** The schemas of one provider, completed by the overlays. */
export interface ProviderSchemas {
  readonly provider: TypeSchema;
  readonly resources: ReadonlyMap<string, TypeSchema>;
  readonly dataSources: ReadonlyMap<string, TypeSchema>;
}

/** Reads the schemas of a provider's types in use from the folder of schemas. */
export function loadSchemas(directory: string, provider: ProviderName): ProviderSchemas {
  const { resources: resourceNames, dataSources: dataNames } = TYPES_IN_USE[provider];
  const read = (kind: "resource" | "data", names: readonly string[]): Map<string, TypeSchema> =>
    new Map(
      names
        .map((name) => `${provider}_${name}`)
        .map((type) => [type, readSchema(join(directory, schemaFile(kind, type)))]),
    );
  const resources = read("resource", resourceNames);
  for (const [type, schema] of resources) correct(schema, overlayOf(type));
  const dataSources = read("data", dataNames);
  const token = dataSources.get("google_client_config")?.block.attributes?.["access_token"];
  if (token !== undefined) token.sensitive = true;
  return { provider: readSchema(join(directory, schemaFile("provider", provider))), resources, dataSources };
}

function readSchema(file: string): TypeSchema {
  return JSON.parse(readFileSync(file, "utf8")) as TypeSchema;
}

/** Writes into a derived schema what only the overlay knows. */
export function correct(schema: TypeSchema, { schema: known = {} }: TypeOverlay): void {
  schema.version = known.version ?? schema.version;
  for (const path of known.sensitive ?? []) attributeAt(schema.block, path).sensitive = true;
  for (const path of known.writeOnly ?? []) attributeAt(schema.block, path).write_only = true;
  for (const [path, max] of Object.entries(known.maxItems ?? {})) blockAt(schema.block, path).max_items = max;
}

function blockAt(block: BlockSchema, path: string): BlockType {
  const [first = "", ...rest] = path.split(".");
  const found = block.block_types?.[first];
  if (found === undefined) throw new Error(`no block ${path} in the schema: correct the overlay`);
  return rest.length === 0 ? found : blockAt(found.block, rest.join("."));
}

function attributeAt(block: BlockSchema, path: string): AttributeSchema {
  const [first = "", ...rest] = path.split(".");
  const nested = block.block_types?.[first];
  if (nested !== undefined) return attributeAt(nested.block, rest.join("."));
  const attribute = block.attributes?.[first];
  if (attribute === undefined) throw new Error(`no attribute ${path} in the schema: correct the overlay`);
  if (rest.length === 0) return attribute;
  return attributeAt({ attributes: attribute.nested_type?.attributes ?? {} }, rest.join("."));
}
