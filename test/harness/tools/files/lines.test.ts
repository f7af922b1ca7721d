import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { LineSplitter, linesIn, readLines } from "../../../../harness/tools/files/lines.ts";

/** Characters that other splitters take for the end of a line, and that JSON.stringify does not escape. */
const NO_ENDS = ["\u2028", "\u2029", "\u0085", "\u000b", "\u000c", "\r", "a\rb"];

async function read(chunks: readonly (Buffer | string)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(Readable.from(chunks))) lines.push(line);
  return lines;
}

/** The text in chunks of so many bytes. */
function chunked(text: string, bytes: number): Buffer[] {
  const whole = Buffer.from(text);
  return Array.from({ length: Math.ceil(whole.length / bytes) }, (_, index) =>
    whole.subarray(index * bytes, (index + 1) * bytes),
  );
}

describe("lines", () => {
  test.each(NO_ENDS)("end at \\n only, so %j stays inside of one", async (character) => {
    const values = [{ words: `before${character}after` }, { words: character }];
    const text = values.map((value) => `${JSON.stringify(value)}\n`).join("");
    expect((await read([text])).map((line) => JSON.parse(line) as unknown)).toEqual(values);
    expect(linesIn(`x${character}y\nz`)).toEqual([`x${character}y`, "z"]);
  });

  test("are the same however the bytes are cut, also in the middle of a character", async () => {
    const lines = ["näher\u2028dran", "", "😀".repeat(3), "\r", "日本"];
    for (const bytes of [1, 2, 3, 5, 1000]) {
      expect(await read(chunked(lines.map((line) => `${line}\n`).join(""), bytes))).toEqual(lines);
    }
  });

  test("include a last one without its end, and no empty one after the last end", async () => {
    expect(await read(["one\ntwo"])).toEqual(["one", "two"]);
    expect(await read(["one\ntwo\n"])).toEqual(["one", "two"]);
    expect(await read(["\n\n"])).toEqual(["", ""]);
    expect(await read([])).toEqual([]);
    expect(linesIn("")).toEqual([]);
  });

  test("are cut if they are longer than allowed, and the next one is whole", () => {
    const splitter = new LineSplitter({ mostBytes: 10 });
    const lines = Array.from("0123456789abcdef").flatMap((digit) =>
      splitter.push(Buffer.from(digit.repeat(100))),
    );
    expect(lines).toEqual([]);
    expect(splitter.push(Buffer.from("end\nnext\n"))).toEqual(["0".repeat(10), "next"]);
  });

  test("do not change when the reader uses its buffer again", () => {
    const splitter = new LineSplitter();
    const buffer = Buffer.from("abc");
    splitter.push(buffer);
    buffer.fill("x");
    expect(splitter.push(Buffer.from("\n"))).toEqual(["abc"]);
  });
});
