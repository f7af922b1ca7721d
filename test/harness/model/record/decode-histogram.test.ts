import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodeHistogram } from "../../../../harness/model/record/decode-histogram.ts";
import { histogramOf } from "../../results/sample-record.ts";

/** In HdrHistogram's compressed form: a cookie, a length, then zlib. */
function stored(content: Buffer): string {
  return Buffer.concat([Buffer.from("HIST\0\0\0\0"), deflateSync(content)]).toString("base64");
}

function header(digits: number, highest: bigint): Buffer {
  const bytes = Buffer.alloc(40);
  bytes.writeUInt32BE(digits, 12);
  bytes.writeBigUInt64BE(1n, 16);
  bytes.writeBigUInt64BE(highest, 24);
  return bytes;
}

test("a histogram that refbench recorded is decoded", () => {
  expect(decodeHistogram(histogramOf([1, 2, 3]).hdr).totalCount).toBe(3);
});

test.each([
  ["text", "some"],
  ["one that is cut off", histogramOf([1, 2, 3]).hdr.slice(0, 40)],
  ["a hundred megabytes in a few", stored(Buffer.alloc(100 * 2 ** 20))],
  ["one of five digits", stored(header(5, 3_600_000_000n))],
  ["one of ages", stored(header(3, 2n ** 60n))],
])("%s is refused in words, before memory is taken for it", (_, hdr) => {
  expect(() => decodeHistogram(hdr)).toThrow(
    expect.objectContaining({ code: "run_folder", message: expect.stringContaining("cannot be read") }),
  );
});
