import { describe, expect, test } from "vitest";
import { decide, type Case } from "../../../../harness/inventory/sweep/decide.ts";

/** Every case that there is. */
const CASES: readonly Case[] = [true, false].flatMap((hasRun) =>
  [undefined, true, false].flatMap((named) =>
    [true, false].flatMap((manual) =>
      [true, false].flatMap((doubtful) =>
        ([undefined, "living", "ended", "orphaned"] as const).flatMap((run) =>
          (["past", "future", "none"] as const).flatMap((expiry) =>
            (["old", "young", "unknown"] as const).flatMap((age) =>
              [true, false].map((includeUnlabelled) => ({
                hasRun,
                named,
                manual,
                doubtful,
                run,
                expiry,
                age,
                includeUnlabelled,
              })),
            ),
          ),
        ),
      ),
    ),
  ),
);

/** The promise of a sweep, stated independently: exactly these cases are removed. */
function mayGo(one: Case): boolean {
  if (one.manual || one.doubtful || one.run === "living" || one.named === false) return false;
  if (one.named === true || one.run === "ended" || one.run === "orphaned") return true;
  if (one.expiry === "future") return false;
  if (one.hasRun) return one.expiry === "past" || one.age === "old";
  return one.age === "old" && one.includeUnlabelled;
}

describe("a decision", () => {
  test("removes exactly the removable items, in every case", () => {
    expect(CASES).toHaveLength(2 * 3 * 2 * 2 * 4 * 3 * 3 * 2);
    expect(CASES.filter((one) => (decide(one).act === "remove") !== mayGo(one))).toEqual([]);
  });

  const plain: Case = {
    hasRun: true,
    named: undefined,
    manual: false,
    doubtful: false,
    run: undefined,
    expiry: "none",
    age: "young",
    includeUnlabelled: false,
  };

  test.each<[Partial<Case>, string]>([
    [{ manual: true, named: true, run: "ended", expiry: "past", age: "old" }, "manual"],
    [{ doubtful: true, named: true, run: "ended", expiry: "past", age: "old" }, "doubtful"],
    [{ named: false, run: "ended", expiry: "past", age: "old" }, "other-run"],
    [{ run: "living", named: true, expiry: "past", age: "old" }, "living"],
    [{ named: true, expiry: "future" }, "named"],
    [{ run: "ended", expiry: "future" }, "ended"],
    [{ run: "orphaned", expiry: "future" }, "orphaned"],
    [{ expiry: "future", age: "old" }, "not-expired"],
    [{ expiry: "past" }, "expired"],
    [{ age: "unknown" }, "unknown-age"],
    [{ age: "young" }, "young"],
    [{ age: "old" }, "old"],
    [{ hasRun: false, age: "old" }, "unlabelled"],
    [{ hasRun: false, age: "old", includeUnlabelled: true }, "unlabelled-old"],
    [{ hasRun: false, expiry: "past", age: "young" }, "young"],
  ])("about %o states its reason: %s", (differing, reason) => {
    expect(decide({ ...plain, ...differing }).reason).toBe(reason);
  });
});
