import type { TypeOverlay } from "./overlay.ts";
import type { CtyType, TypeSchema } from "./schema.ts";
import { render } from "./template.ts";
import type { TemplateContext } from "./template.ts";
import type { Values } from "./value.ts";
import { UNKNOWN } from "./value.ts";
import { mapAttributes } from "./walk.ts";

/**
 * Returns the planned values: defaults for unset ones, unknown for those that the cloud will compute, the prior value
 * for those that it has computed.
 */
export function planned(
  schema: TypeSchema,
  overlay: TypeOverlay,
  proposed: Values,
  prior: Values | null,
): Values {
  const values = mapAttributes(schema.block, proposed, (value, attribute, path) => {
    if (attribute.write_only === true) return null;
    if (value !== null) return value;
    const fallback = overlay.defaults?.[path];
    if (fallback !== undefined) return fallback;
    return attribute.computed === true ? UNKNOWN : null;
  });
  for (const name of Object.keys(overlay.computedBlocks ?? {})) {
    const given = values[name];
    if (prior !== null && Array.isArray(given) && given.length === 0) values[name] = prior[name];
  }
  return values;
}

/** Values as the cloud answers them: every unknown has become known. */
export function filled(
  schema: TypeSchema,
  overlay: TypeOverlay,
  plan: Values,
  context: TemplateContext,
): Values {
  const known = mapAttributes(schema.block, plan, (value, attribute, path) => {
    if (attribute.write_only === true) return null;
    if (value !== UNKNOWN) return attribute.type === undefined ? value : resolved(attribute.type, value);
    const computed = path === "id" ? overlay.id : overlay.computed?.[path];
    if (computed !== undefined) return rendered(computed, plan, context);
    if (attribute.nested_type !== undefined)
      return attribute.nested_type.nesting_mode === "single"
        ? unknownObject(attribute.nested_type.attributes)
        : [];
    if (path === "project" || path === "region" || path === "zone") return render(`{${path}}`, plan, context);
    return zero(attribute.type ?? "string");
  });
  for (const [name, blocks] of Object.entries(overlay.computedBlocks ?? {})) {
    const given = known[name];
    if (Array.isArray(given) && given.length > 0) continue;
    const type = schema.block.block_types?.[name];
    if (type === undefined) continue;
    known[name] = blocks.map((block) =>
      mapAttributes(type.block, rendered(block, plan, context) as Values, (v) => v),
    );
  }
  return known;
}

function unknownObject(attributes: Readonly<Record<string, unknown>>): Values {
  return Object.fromEntries(Object.keys(attributes).map((name) => [name, UNKNOWN]));
}

function rendered(value: unknown, plan: Values, context: TemplateContext): unknown {
  if (typeof value === "string") return render(value, plan, context);
  if (Array.isArray(value)) return value.map((part) => rendered(part, plan, context));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rendered(part, plan, context)]));
}

/** A value in exactly its type's shape: what an object lacks is null, and unknowns inside become zero values. */
export function resolved(type: CtyType, value: unknown): unknown {
  if (value === UNKNOWN) return zero(type);
  if (value === null || typeof type === "string" || typeof value !== "object") return value;
  const [kind, of] = type;
  if (kind === "object")
    return Object.fromEntries(
      Object.entries(of).map(([name, part]) => [name, resolved(part, (value as Values)[name] ?? null)]),
    );
  if (Array.isArray(value)) return value.map((part) => resolved(of, part));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolved(of, part)]));
}

function zero(type: CtyType): unknown {
  if (type === "string") return "";
  if (type === "number") return 0;
  if (type === "bool") return false;
  if (type === "dynamic") return null;
  if (type[0] === "object")
    return Object.fromEntries(Object.entries(type[1]).map(([name, part]) => [name, zero(part)]));
  return type[0] === "map" ? {} : [];
}
