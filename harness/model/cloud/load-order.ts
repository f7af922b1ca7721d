import { type Random, seededRandom } from "../../tools/seeded-random.ts";

/** "b" is a load of the baseline, "c" one of the candidate. */
export type LoadOrder = readonly ("b" | "c")[];

/** Pairs of a block: so many that half of them can begin with each version in an order that does not alternate. */
const BLOCK = 4;

/**
 * Draws the order of the loads of a comparison: in pairs, each version once in each, the first of them by chance.
 *
 * The draw is balanced in blocks of four pairs, so that a drift meets both versions alike, and no block alternates
 * strictly: what disturbs every second, or every fourth, load would then fall on one version alone.
 */
export function drawOrder(pairs: number, seed: number): LoadOrder {
  const random = seededRandom(seed);
  const first: ("b" | "c")[] = [];
  while (first.length < pairs) first.push(...blockOf(Math.min(BLOCK, pairs - first.length), random));
  return first.flatMap((version) => (version === "b" ? (["b", "c"] as const) : (["c", "b"] as const)));
}

/** Which version begins each pair of one block. */
function blockOf(pairs: number, random: Random): readonly ("b" | "c")[] {
  const versions = Array.from({ length: pairs }, (_, index) =>
    // An odd one out is drawn.
    index === pairs - 1 && pairs % 2 === 1 ? drawn(random) : index % 2 === 0 ? "b" : "c",
  );
  for (;;) {
    const block = shuffled(versions, random);
    if (pairs < BLOCK || block.some((version, index) => index > 0 && version === block[index - 1]))
      return block;
  }
}

function drawn(random: Random): "b" | "c" {
  return random() < 0.5 ? "b" : "c";
}

/** Fisher and Yates. */
function shuffled<T>(values: readonly T[], random: Random): readonly T[] {
  const result = [...values];
  for (let index = result.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [result[index], result[other]] = [result[other] as T, result[index] as T];
  }
  return result;
}
