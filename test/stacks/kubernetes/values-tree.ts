import type { TerraformJson } from "../synthesize.ts";

/** Keys that a chart's defaults do not have; a default that is empty takes any. */
export function unknownTo(defaults: unknown, given: unknown, path = ""): string[] {
  // Kubernetes' own rules apply here: the chart passes it on unchanged.
  if (path === ".coder.affinity" || !isObject(given) || !isObject(defaults)) return [];
  if (Object.keys(defaults).length === 0) return [];
  return Object.keys(given).flatMap((key) =>
    key in defaults ? unknownTo(defaults[key], given[key], `${path}.${key}`) : [`${path}.${key}`],
  );
}

/** The path of every value in a tree. */
export function leaves(tree: TerraformJson, path: readonly string[] = []): (readonly string[])[] {
  if (typeof tree !== "object" || tree === null) return [path];
  return Object.entries(tree).flatMap(([key, value]) => leaves(value, [...path, key]));
}

/** The values with another one at the path. */
export function changed(values: TerraformJson, path: readonly string[]): TerraformJson {
  const copy = structuredClone(values);
  const last = path.at(-1)!;
  const holder = path.slice(0, -1).reduce((at, key) => at[key], copy);
  const value: unknown = holder[last];
  holder[last] =
    typeof value === "boolean" ? !value : typeof value === "number" ? value + 1 : `${String(value)}-x`;
  return copy;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
