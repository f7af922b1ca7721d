/** A JSON object as an API sends or receives it. */
export type Json = Record<string, unknown>;

/** The object, or an empty one where the value is not an object. */
export function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** The list, or an empty one where the value is not a list. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** The text of a field, or undefined where it is missing or not a text. */
export function textOf(json: Json, field: string): string | undefined {
  const value = json[field];
  return typeof value === "string" ? value : undefined;
}
