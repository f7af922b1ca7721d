import { decode, encode, ExtensionCodec } from "@msgpack/msgpack";
import { parseJson } from "../../../harness/tools/parse-json.ts";

/** A value that the plan does not know yet. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** One object of Terraform's values, by attribute and block name. */
export type Values = Record<string, unknown>;

class UnknownMark {
  readonly isUnknown = true;
}
const codec = new ExtensionCodec();
/** cty's plain unknown, and the refined one, whose refinements the twin does not need. */
const UNKNOWN_TYPES = [0, 12];
for (const type of UNKNOWN_TYPES)
  codec.register({
    type,
    encode: (value) => (type === 0 && value instanceof UnknownMark ? Uint8Array.of(0) : null),
    decode: () => new UnknownMark(),
  });

interface DynamicValue {
  readonly msgpack?: Uint8Array;
  readonly json?: Uint8Array;
}

/** Decodes what Terraform sent; null for an absent object. */
export function decodeValues(value: DynamicValue | null | undefined): Values | null {
  if (value?.msgpack !== undefined && value.msgpack.length > 0)
    return mapMarks(decode(value.msgpack, { extensionCodec: codec, useBigInt64: true })) as Values | null;
  if (value?.json !== undefined && value.json.length > 0)
    return parseJson(Buffer.from(value.json).toString("utf8")) as Values | null;
  return null;
}

/** Encodes an object for Terraform. */
export function encodeValues(values: Values | null): { msgpack: Buffer } {
  const options = { extensionCodec: codec, useBigInt64: true };
  return { msgpack: Buffer.from(encode(mapUnknowns(values), options)) };
}

/** Whether two values are the same; unknown equals only unknown, the order of object keys does not count. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return (typeof a === "bigint" || typeof b === "bigint") && String(a) === String(b);
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, index) => sameValue(item, b[index]))
    );
  const [left, right] = [a as Values, b as Values];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) =>
    sameValue(left[key] ?? null, right[key] ?? null),
  );
}

/** Whether every part of a value is known. */
export function isKnown(value: unknown): boolean {
  if (value === UNKNOWN) return false;
  return typeof value !== "object" || value === null || Object.values(value).every(isKnown);
}

function mapMarks(value: unknown): unknown {
  if (value instanceof UnknownMark) return UNKNOWN;
  return mapValue(value, mapMarks);
}

function mapUnknowns(value: unknown): unknown {
  if (value === UNKNOWN) return new UnknownMark();
  return mapValue(value, mapUnknowns);
}

function mapValue(value: unknown, map: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (
    typeof value !== "object" ||
    value === null ||
    value instanceof Uint8Array ||
    value instanceof UnknownMark
  )
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, map(part)]));
}
