import { expect, test } from "vitest";
import { formatSheet, type SheetPart } from "../../../../harness/results/table/sheet.ts";

const PARTS: readonly SheetPart[] = [
  { notice: "Take care." },
  { sentences: ["One two three four.", "Five."] },
  { title: "Why", items: ["because it is so long"] },
  { title: "Nothing", items: [] },
  { sentences: [] },
  { header: ["figure", "value"], rows: [["a|b", "1"]], right: new Set([1]) },
];
const sheet = (format: "text" | "markdown" | "json"): string =>
  formatSheet({ value: { a: 1 }, parts: PARTS }, format, 16);

test("as text its parts are separated, within the width, and empty parts are omitted", () => {
  expect(sheet("text")).toBe(
    [
      ...["Take care.", "", "One two three", "four.", "Five.", ""],
      ...[
        "Why",
        "  - because it",
        "    is so long",
        "",
        "figure   value",
        "------   -----",
        "a|b          1",
        "",
      ],
    ].join("\n"),
  );
});

test("in Markdown the same parts are its own", () => {
  expect(sheet("markdown")).toBe(
    [
      ...["> **Take care.**", "", "One two three four.", "", "Five.", ""],
      ...["**Why**", "", "- because it is so long", ""],
      ...["| figure | value |", "| --- | ---: |", String.raw`| a\|b | 1 |`, ""],
    ].join("\n"),
  );
});

test("as JSON it is the value that it was made from", () => {
  expect(JSON.parse(sheet("json"))).toEqual({ a: 1 });
});
