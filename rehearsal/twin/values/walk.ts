import type { AttributeSchema, BlockSchema } from "./schema.ts";
import type { Values } from "./value.ts";
import { UNKNOWN } from "./value.ts";

/** Sees one attribute with its value and path (lists as `*`), returns the value to have instead. */
export type Visit = (value: unknown, attribute: AttributeSchema, path: string) => unknown;

/** Rebuilds an object of a block, each attribute by `visit`. Parts that are unknown as a whole remain unknown. */
export function mapAttributes(block: BlockSchema, values: Values, visit: Visit, prefix = ""): Values {
  const result: Values = {};
  for (const [name, attribute] of Object.entries(block.attributes ?? {}))
    result[name] = mapAttribute(attribute, values[name] ?? null, visit, prefix + name);
  for (const [name, type] of Object.entries(block.block_types ?? {}))
    result[name] = mapNested(type.nesting_mode, values[name] ?? null, prefix + name, (part, path) =>
      mapAttributes(type.block, part, visit, path),
    );
  return result;
}

function mapAttribute(attribute: AttributeSchema, value: unknown, visit: Visit, path: string): unknown {
  const seen = visit(value, attribute, path);
  const nested = attribute.nested_type;
  if (nested === undefined) return seen;
  return mapNested(nested.nesting_mode, seen, path, (part, prefix) =>
    mapAttributes({ attributes: nested.attributes }, part, visit, prefix),
  );
}

function mapNested(
  mode: "single" | "list" | "set" | "map",
  value: unknown,
  path: string,
  map: (part: Values, prefix: string) => Values,
): unknown {
  if (value === null || value === UNKNOWN) return value;
  if (mode === "single") return map(value as Values, `${path}.`);
  const each = (part: unknown): unknown =>
    part === null || part === UNKNOWN ? part : map(part as Values, `${path}.*.`);
  if (mode === "map")
    return Object.fromEntries(Object.entries(value as Values).map(([key, part]) => [key, each(part)]));
  return (value as unknown[]).map(each);
}

/** The values at a dotted path; `*` goes through a list, a number takes one of it. */
export function valuesAt(values: unknown, path: string): unknown[] {
  let found: unknown[] = [values];
  for (const step of path.split("."))
    found = found.flatMap((part) => {
      if (typeof part !== "object" || part === null) return [];
      if (step === "*") return Object.values(part) as unknown[];
      const value = (part as Values)[step];
      return value === undefined || value === null ? [] : [value];
    });
  return found;
}

/** The one value at a dotted path, or undefined. */
export function valueAt(values: unknown, path: string): unknown {
  return valuesAt(values, path)[0];
}
