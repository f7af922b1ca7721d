import { expect, test } from "vitest";
import { findIsoTime, instantMs } from "../../../../harness/tools/time/instant.ts";

test.each(["", "yesterday", "2026-13-45T99:99:99Z", 8.64e15 + 1, Infinity, new Date(NaN)])(
  "%s is shown as an invalid moment instead of throwing",
  (moment) => {
    expect(findIsoTime(moment)).toBeUndefined();
  },
);

test("a moment of a file is a date that can be written", () => {
  expect(findIsoTime(instantMs.parse(8.64e15))).toBe("+275760-09-13T00:00:00.000Z");
  for (const value of [8.64e15 + 1, -1, 1e308]) expect(instantMs.safeParse(value).success).toBe(false);
});
