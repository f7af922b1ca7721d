import { expect, test } from "vitest";
import { countOf } from "../../../harness/tools/count-text.ts";

test.each([
  [0, "0 replicas"],
  [1, "1 replica"],
  [2, "2 replicas"],
  [1000, "1,000 replicas"],
])("a count of %d is in the number that its noun wants", (count, words) => {
  expect(countOf(count, "replica")).toBe(words);
});

test("a noun may have its own plural", () => {
  expect(countOf(2, "query", "queries")).toBe("2 queries");
});
