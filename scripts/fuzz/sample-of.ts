import { z } from "zod";

type JsonSchema = Readonly<Record<string, unknown>>;

/** Texts that are in use for the patterns of this project's schemas. */
const WORDS = [
  ...["some", "01jd0000000000000000000000", "gke", "2.31.0", "v2.31.0", "10Gi", "8", "us-central1-a"],
  ...[
    "file:///tmp/mirror",
    "GOOGLE_COMPUTE_CUSTOM_ENDPOINT",
    "http://127.0.0.1:8080/",
    "sha256:".padEnd(71, "0"),
    "0".repeat(64),
  ],
];
const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-01-01T00:00:00Z",
  date: "2026-01-01",
  uri: "http://127.0.0.1:7080/",
  email: "somebody@example.com",
};

/**
 * Values that a schema takes, made from the schema itself so that a new field is in them: one with every field, one with
 * those alone that must be there.
 */
export function samplesOf(schema: z.ZodType): readonly unknown[] {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const defs = (json["$defs"] ?? {}) as Readonly<Record<string, JsonSchema>>;
  return [true, false].flatMap((isFull) => alternatives(json, defs, isFull));
}

/** One sample for each branch of a union at the top, so that each kind of line or file occurs. */
function alternatives(
  schema: JsonSchema,
  defs: Readonly<Record<string, JsonSchema>>,
  isFull: boolean,
): readonly unknown[] {
  const branches = branchesOf(schema);
  return (branches ?? [schema]).map((one) => sample(one, { defs, isFull, depth: 0 }));
}

interface Making {
  readonly defs: Readonly<Record<string, JsonSchema>>;
  readonly isFull: boolean;
  readonly depth: number;
}

function sample(schema: JsonSchema, making: Making): unknown {
  const deeper = { ...making, depth: making.depth + 1 };
  if (making.depth > 30) return null;
  const reference = schema["$ref"];
  if (typeof reference === "string")
    return sample(making.defs[reference.split("/").at(-1) ?? ""] ?? {}, deeper);
  if ("const" in schema) return schema["const"];
  const values = schema["enum"];
  if (Array.isArray(values)) return values[0];
  const branches = branchesOf(schema);
  if (branches !== undefined) return sample(branches[0] ?? {}, deeper);
  const parts = schema["allOf"];
  if (Array.isArray(parts))
    return Object.assign({}, ...parts.map((part: JsonSchema) => sample(part, deeper))) as unknown;
  switch (schema["type"]) {
    case "object":
      return objectOf(schema, deeper);
    case "array":
      return arrayOf(schema, deeper);
    case "string":
      return stringOf(schema);
    case "number":
    case "integer":
      return numberOf(schema);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "anything";
  }
}

function branchesOf(schema: JsonSchema): readonly JsonSchema[] | undefined {
  const branches = schema["anyOf"] ?? schema["oneOf"];
  return Array.isArray(branches) ? (branches as JsonSchema[]) : undefined;
}

function objectOf(schema: JsonSchema, making: Making): Record<string, unknown> {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const required = (schema["required"] ?? []) as readonly string[];
  const own = Object.entries(properties)
    .filter(([name]) => making.isFull || required.includes(name))
    .map(([name, one]) => [name, sample(one, making)] as const);
  const others = schema["additionalProperties"];
  const isMap = typeof others === "object" && others !== null && Object.keys(properties).length === 0;
  if (!isMap || !making.isFull) return Object.fromEntries(own);
  const names = schema["propertyNames"] as JsonSchema | undefined;
  const name = String(names === undefined ? "some" : sample(names, making));
  return { ...Object.fromEntries(own), [name]: sample(others as JsonSchema, making) };
}

function arrayOf(schema: JsonSchema, making: Making): unknown[] {
  const fixed = schema["prefixItems"];
  if (Array.isArray(fixed)) return fixed.map((one: JsonSchema) => sample(one, making));
  const least = Number(schema["minItems"] ?? 0);
  const count = Math.max(least, making.isFull ? 1 : 0);
  return Array.from({ length: count }, () => sample((schema["items"] ?? {}) as JsonSchema, making));
}

function stringOf(schema: JsonSchema): string {
  const format = FORMATS[String(schema["format"])];
  if (format !== undefined) return format;
  const least = Number(schema["minLength"] ?? 0);
  const { pattern: expression } = schema;
  if (typeof expression !== "string") return "some".padEnd(least, "x");
  const pattern = new RegExp(expression, "u");
  return WORDS.find((word) => pattern.test(word)) ?? "some";
}

function numberOf(schema: JsonSchema): number {
  const least = Number(schema["minimum"] ?? -Infinity);
  const above = Number(schema["exclusiveMinimum"] ?? -Infinity);
  const most = Number(schema["maximum"] ?? Infinity);
  return Math.min(Math.max(1, least, above + 0.5), most);
}
