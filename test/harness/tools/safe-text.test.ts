import { expect, test } from "vitest";
import { jsonText, oneLine, removeControls } from "../../../harness/tools/safe-text.ts";

const CONTROLS = Array.from({ length: 0xa0 }, (_, code) => code)
  .filter((code) => code < 0x20 || code >= 0x7f)
  .map((code) => String.fromCodePoint(code));
const BIDI = Array.from(
  "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff\u200b",
);

test("no control, no mark of direction and no hidden character remains in any text", () => {
  for (const character of [...CONTROLS, ...BIDI]) {
    const kept = character === "\n" || character === "\t" ? character : "";
    expect(removeControls(`a${character}b`)).toBe(`a${kept}b`);
  }
});

test("sequences are removed as a whole, and the remaining text cannot form one", () => {
  expect(removeControls("\u001b[2Jhidden\u001b[31m red \u001b]0;title\u0007end")).toBe("hidden red end");
  expect(removeControls("\u001b\u001b[31m]52;c;AAAA\u0007")).not.toMatch(/\p{Cc}/u);
});

test("letters of any language and joined emoji stay as they are", () => {
  const text = "größer 测试 👩‍💻 ≥ 3 × “x”";
  expect(removeControls(text)).toBe(text);
});

test("a single line contains no kind of line break, and words stay apart", () => {
  expect(oneLine("one\r\n  two\nthree\u2028four\tfive")).toBe("one two three four five");
  expect(oneLine("  indented")).toBe("  indented");
});

test("JSON keeps every character and shows a terminal none of them", () => {
  const value = { text: [...CONTROLS, ...BIDI, "\u{e0041}", "ä", "\\"].join("x") };
  const text = jsonText(value);
  expect(JSON.parse(text)).toEqual(value);
  expect(removeControls(text)).toBe(text);
});
