import type { AttributeSchema, BlockSchema, TypeSchema } from "../values/schema.ts";

const NESTING = { single: 1, list: 2, set: 3, map: 4 } as const;

/** A schema as the protocol's message. */
export function schemaMessage({ version, block }: TypeSchema): object {
  return { version, block: blockMessage(block) };
}

function blockMessage({ attributes = {}, block_types = {} }: BlockSchema): object {
  return {
    version: 0,
    attributes: Object.entries(attributes).map(attributeMessage),
    block_types: Object.entries(block_types).map(([name, type]) => ({
      type_name: name,
      nesting: NESTING[type.nesting_mode],
      block: blockMessage(type.block),
      min_items: type.min_items ?? 0,
      max_items: type.max_items ?? 0,
    })),
  };
}

function attributeMessage([name, attribute]: [string, AttributeSchema]): object {
  const { type, nested_type, required, optional, computed, sensitive, write_only } = attribute;
  return {
    name,
    ...(type !== undefined && { type: Buffer.from(JSON.stringify(type)) }),
    ...(nested_type !== undefined && {
      nested_type: {
        nesting: NESTING[nested_type.nesting_mode],
        attributes: Object.entries(nested_type.attributes).map(attributeMessage),
      },
    }),
    required: required ?? false,
    optional: optional ?? false,
    computed: computed ?? false,
    sensitive: sensitive ?? false,
    write_only: write_only ?? false,
  };
}
