import { expect, test } from "vitest";
import {
  JsonBoundError,
  MAX_JSON_CONTAINERS,
  MAX_JSON_DEPTH,
  parseJson,
} from "../../../harness/tools/parse-json.ts";

const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

test("JSON is read as JSON.parse reads it, brackets inside of strings included", () => {
  const value = { a: [1, { b: '[[{"' }, "\\", '\\"[', "]}"], "[{": null };
  expect(parseJson(JSON.stringify(value))).toEqual(value);
  expect(parseJson(`"${"[".repeat(500)}"`)).toBe("[".repeat(500));
});

test("JSON nested deeper than the limit is refused before anything is built of it", () => {
  expect(() => parseJson(nested(MAX_JSON_DEPTH))).not.toThrow();
  expect(() => parseJson(nested(MAX_JSON_DEPTH + 1))).toThrow(JsonBoundError);
  // The text is never closed: a parser that reads on would report the end of the text instead.
  expect(() => parseJson("[".repeat(16 * 2 ** 20))).toThrow(JsonBoundError);
  expect(() => parseJson('{"a":'.repeat(200_000))).toThrow(JsonBoundError);
});

test("JSON of more objects and lists than the limit is refused", () => {
  expect(() => parseJson(`[${"[],".repeat(MAX_JSON_CONTAINERS)}0]`)).toThrow(JsonBoundError);
});

test("text that is not JSON is a syntax error, even if a string does not end", () => {
  for (const text of ["OK", '"abc', '["a\\"', "]]]]", ""]) expect(() => parseJson(text)).toThrow(SyntaxError);
});
