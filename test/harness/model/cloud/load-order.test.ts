import { describe, expect, test } from "vitest";
import { drawOrder } from "../../../../harness/model/cloud/load-order.ts";

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed);

/** How often each load of the baseline and of the candidate lies at a place of a repeated interval. */
function metBy(order: readonly string[], every: number, offset: number): { b: number; c: number } {
  const met = order.filter((_, index) => (index + offset) % every === 0);
  return { b: met.filter((one) => one === "b").length, c: met.filter((one) => one === "c").length };
}

describe("the order of a comparison", () => {
  test("has each version once in each pair, and is the same for the same seed", () => {
    for (const pairs of [1, 2, 3, 5, 8, 17])
      for (const seed of SEEDS.slice(0, 20)) {
        const order = drawOrder(pairs, seed);
        expect(order).toHaveLength(2 * pairs);
        for (let pair = 0; pair < pairs; pair += 1)
          expect(order.slice(2 * pair, 2 * pair + 2).toSorted()).toEqual(["b", "c"]);
        expect(drawOrder(pairs, seed)).toEqual(order);
      }
  });

  test("is drawn: seeds differ, and either version begins about as often", () => {
    expect(new Set(SEEDS.map((seed) => drawOrder(8, seed).join(""))).size).toBeGreaterThan(10);
    const begun = SEEDS.filter((seed) => drawOrder(1, seed)[0] === "b").length;
    expect(begun).toBeGreaterThan(70);
    expect(begun).toBeLessThan(130);
  });

  test("lets what comes every second or every fourth load meet both versions alike", () => {
    for (const pairs of [4, 8, 20])
      for (const seed of SEEDS)
        for (const [every, offset] of [2, 4].flatMap((each) => [0, 1, 2, 3].map((place) => [each, place])))
          expect(metBy(drawOrder(pairs, seed), every!, offset!)).toMatchObject({
            b: pairs / every!,
            c: pairs / every!,
          });
  });

  test("lets a drift meet both alike: half of each four pairs begin with each version", () => {
    for (const seed of SEEDS) {
      const order = drawOrder(12, seed);
      for (let block = 0; block < 3; block += 1) {
        const firsts = [0, 2, 4, 6].map((place) => order[8 * block + place]);
        expect(firsts.filter((one) => one === "b")).toHaveLength(2);
      }
    }
  });
});
