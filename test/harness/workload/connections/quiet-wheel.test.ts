import { expect, test } from "vitest";
import { QuietWheel } from "../../../../harness/workload/connections/quiet-wheel.ts";

test("an item is taken once, when its time has come and not before", () => {
  const wheel = new QuietWheel<string>(500);
  wheel.put("later", 20_300);
  expect(wheel.take(20_299)).toEqual([]);
  expect(wheel.take(21_000)).toEqual(["later"]);
  expect(wheel.take(60_000)).toEqual([]);
});

test("an entry that is put back for a past time comes at the next look", () => {
  const wheel = new QuietWheel<string>(0);
  wheel.put("quiet", 1_000);
  expect(wheel.take(5_200)).toEqual(["quiet"]);
  wheel.put("quiet", 1_000);
  expect(wheel.take(5_900)).toEqual([]);
  expect(wheel.take(6_100)).toEqual(["quiet"]);
});

test("a look that comes late takes all that was due meanwhile", () => {
  const wheel = new QuietWheel<number>(0);
  for (const second of [1, 2, 3, 9]) wheel.put(second, second * 1_000);
  expect(wheel.take(8_500)).toEqual([1, 2, 3]);
});
