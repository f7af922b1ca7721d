import { inflateSync } from "node:zlib";
import { decodeFromCompressedBase64, JsHistogram } from "hdr-histogram-js";
import { RefbenchError } from "../../tools/error.ts";

/** A histogram of an hour in microseconds at three digits has at most some 23,000 counts of at most nine bytes. */
const MOST_BYTES = 2 ** 20;
/** HdrHistogram's compressed form: a cookie and a length of four bytes each, then zlib. */
const COMPRESSED_HEADER = 8;
/** Offsets inside the form: of the number of significant digits, and of the highest value, which follows the lowest. */
const DIGITS_AT = 12;
const HIGHEST_AT = 24;
const HEADER = 40;
/** refbench's histograms have three digits and at most an hour. Each additional digit takes ten times the memory. */
const MOST_DIGITS = 3;
const MOST_US = 2n ** 40n;

/**
 * Decodes a stored histogram (HdrHistogram V2, compressed, base64), whoever wrote it: the memory that it takes is
 * bounded before the library begins. Throws `run_folder` where it cannot be one of refbench's.
 */
export function decodeHistogram(hdr: string): JsHistogram {
  try {
    const bytes = inflateSync(Buffer.from(hdr, "base64").subarray(COMPRESSED_HEADER), {
      maxOutputLength: MOST_BYTES,
    });
    const isWithin =
      bytes.length >= HEADER &&
      bytes.readUInt32BE(DIGITS_AT) <= MOST_DIGITS &&
      bytes.readBigUInt64BE(HIGHEST_AT) <= MOST_US;
    if (!isWithin) throw new RangeError("it is of another size than refbench's");
    const histogram = decodeFromCompressedBase64(hdr);
    if (!(histogram instanceof JsHistogram)) throw new TypeError("it is not one of the library's own");
    return histogram;
  } catch (cause) {
    throw new RefbenchError(
      "run_folder",
      "a stored histogram cannot be read: expected HdrHistogram V2, compressed, as base64; take a whole copy of the record",
      { cause },
    );
  }
}
