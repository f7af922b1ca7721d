import { expect, test } from "vitest";
import { architectures } from "../../reference-architectures/catalogue.ts";
import { zoneBeside } from "../../reference-architectures/zones.ts";

test.each([...architectures.values()])(
  "$name has another zone of its region to fall over to",
  ({ region, zone }) => {
    const other = zoneBeside(region, zone);
    expect(other).not.toBe(zone);
    expect(other?.startsWith(region)).toBe(true);
  },
);

test("a region that nobody listed has none", () => {
  expect(zoneBeside("mars-north1", "mars-north1-a")).toBeUndefined();
});
