import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { overlayOf } from "../overlay/table.ts";
import type { TypeOverlay } from "../values/overlay.ts";
import type { AttributeSchema, BlockSchema, BlockType, TypeSchema } from "../values/schema.ts";
import type { ProviderName } from "../types-in-use.ts";

/** The schemas of one provider, completed by the overlays. */
export interface ProviderSchemas {
  readonly provider: TypeSchema;
  readonly resources: ReadonlyMap<string, TypeSchema>;
  readonly dataSources: ReadonlyMap<string, TypeSchema>;
}

/** Reads a provider's schemas from the folder of the derived ones. */
export function loadSchemas(directory: string, provider: ProviderName): ProviderSchemas {
  const files = readdirSync(directory);
  const named = (kind: string): Map<string, TypeSchema> =>
    new Map(
      files
        .filter((file) => file.startsWith(`${kind}.${provider}_`))
        .map((file) => [file.slice(kind.length + 1, -".json".length), readSchema(join(directory, file))]),
    );
  const resources = named("resource");
  for (const [type, schema] of resources) correct(schema, overlayOf(type));
  const dataSources = named("data");
  const token = dataSources.get("google_client_config")?.block.attributes?.["access_token"];
  if (token !== undefined) token.sensitive = true;
  return { provider: readSchema(join(directory, `provider.${provider}.json`)), resources, dataSources };
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
