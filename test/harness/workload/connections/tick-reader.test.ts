import { expect, test } from "vitest";
import { type ReturnedPiece, TickReader } from "../../../../harness/workload/connections/tick-reader.ts";

function read(...chunks: readonly string[]): ReturnedPiece[] {
  const pieces: ReturnedPiece[] = [];
  const reader = new TickReader(
    "tmark",
    () => "padding",
    (piece) => pieces.push(piece),
  );
  for (const chunk of chunks) reader.read(Buffer.from(chunk));
  return pieces;
}

test("a piece is found in whatever pieces it comes", () => {
  const output = '$ echo "t"mark00000apadding\r\ntmark00000apadding\r\n$ ';
  for (let size = 1; size <= output.length; size++) {
    const chunks = output.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
    expect(read(...chunks)).toEqual([{ sequence: 10, state: "whole" }]);
  }
});

test("the echo of the typed text is not an answer", () => {
  expect(read('$ echo "t"mark000000padding\r\n')).toEqual([]);
});

test("several pieces in one chunk are each found", () => {
  expect(read("tmark000000padding\r\ntmark000001padding\r\n")).toEqual([
    { sequence: 0, state: "whole" },
    { sequence: 1, state: "whole" },
  ]);
});

test("fewer bytes are a truncated piece, other bytes a wrong one", () => {
  expect(read("tmark000000padd\r\n")).toEqual([{ sequence: 0, state: "truncated" }]);
  expect(read("tmark00\r\n")).toEqual([{ sequence: -1, state: "truncated" }]);
  expect(read("tmark000000pXdding\r\n")).toEqual([{ sequence: 0, state: "wrong" }]);
  expect(read("tmark00!000padding\r\n")).toEqual([{ sequence: -1, state: "wrong" }]);
});
