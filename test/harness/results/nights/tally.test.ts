import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { nightRows } from "../../../../harness/results/nights/nights.ts";
import { nightOutcomeOf } from "../../../../harness/results/nights/outcome.ts";
import { tallyWords } from "../../../../harness/results/nights/tally-words.ts";
import { indexPage } from "../../../../harness/results/page/index-page.ts";
import { sheetMarkdown, sheetText } from "../../../../harness/results/table/sheet.ts";
import { publishedTable } from "../../../../harness/results/table/table.ts";
import { type PlantedNight, syntheticNights } from "../../../support/results/synthetic-nights.ts";
import { nightOn } from "../nightly-records.ts";
import { sampleMeasurements, unmeasured } from "../sample-record.ts";

const AS_OF = "2026-11-22";

/** Thirty nights of one platform, the planted ones by index from the oldest. */
function thirty(planted: (index: number) => PlantedNight | undefined): readonly RunRecord[] {
  const wish = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [index, planted(index)] as const).filter(([, word]) => word),
  ) as Record<number, PlantedNight>;
  return syntheticNights({ planted: wish, nextPlatform: 99 });
}

function rowOf(records: readonly RunRecord[]) {
  const [row] = nightRows(records, { asOf: AS_OF });
  return row!;
}

/** The row in each of its forms, on one line. */
function formsOf(records: readonly RunRecord[]): readonly string[] {
  const table = publishedTable(records, { asOf: AS_OF, rehearsals: false });
  return [
    sheetMarkdown(table),
    sheetText(table, 2000),
    indexPage({ records, rehearsals: false, asOf: AS_OF })
      // They only say where a line may break.
      .replaceAll(/<span class="one">([^<]*)<\/span>|<wbr>/g, "$1")
      .replaceAll(/<[^>]*>/g, " "),
  ].map((text) => text.replaceAll(/\s+/g, " "));
}

describe("thirty nights of which most fail", () => {
  test("24 that missed their objectives are in the median, the range and the cell, in every form", () => {
    const nights = thirty((index) => (index % 5 === 4 ? undefined : "slo-failed"));
    const { figures, tally } = rowOf(nights);
    expect(figures?.connectionsHeld).toEqual({ median: 972, range: [972, 1000] });
    expect(figures?.workspacesSucceeded.median).toBe(193);
    expect(tally).toMatchObject({ of: 5, met: 1, since: "2026-11-18" });
    for (const text of formsOf(nights)) {
      expect(text).toContain("1 of 5 met the objectives, since 2026-11-18");
      expect(text).toContain("972 (972–1,000) of 1,000");
    }
  });

  test("one pass after 29 failures hides none of the four before it", () => {
    const { figures, tally, newest } = rowOf(thirty((index) => (index === 29 ? undefined : "slo-failed")));
    expect(newest.record.verdict).toBe("pass");
    expect(tally).toMatchObject({ of: 5, met: 1, since: "2026-11-18" });
    expect(figures?.connectionsHeld.median).toBe(972);
  });

  test("nights whose environment broke measured nothing: they are counted, and the figures' age is shown", () => {
    const nights = thirty((index) => (index < 4 ? undefined : "no-quota"));
    const words = "4 of 4 met the objectives, since 2026-10-24; 26 nights measured nothing";
    for (const text of formsOf(nights)) expect(text).toContain(words);
  });

  test("nights that measured the generator are in no median, and are counted", () => {
    const nights = thirty((index) => (index % 3 === 0 ? undefined : "generator-limited"));
    const words = "5 of 5 met the objectives, since 2026-11-08; 10 nights measured the generator, not Coder";
    for (const text of formsOf(nights)) expect(text).toContain(words);
  });

  test("if none of them measured anything, the row reports this without figures", () => {
    const nights = thirty(() => "no-quota");
    const words = "no night measured Coder, since 2026-10-24; 30 nights measured nothing";
    for (const text of formsOf(nights)) expect(text).toContain(words);
    expect(rowOf(nights).figures).toBeUndefined();
  });
});

test("nights on another platform are in no median, and are counted", () => {
  const nights = syntheticNights({ planted: {}, nextPlatform: 28 });
  expect(tallyWords(rowOf(nights).tally)).toBe(
    "2 of 2 met the objectives, since 2026-11-21; 3 nights on another platform",
  );
});

describe("the outcome of a night", () => {
  const stages = (outcome: "ok" | "failed" | "interrupted"): Pick<RunRecord, "stages"> => ({
    stages: [
      { stage: "load", outcome, startedAt: `${AS_OF}T01:00:00.000Z`, finishedAt: `${AS_OF}T01:01:00.000Z` },
    ],
  });
  const measured = sampleMeasurements();
  const limited = { ...measured, generator: { ...measured.generator, limited: true } };
  const missed = [{ name: "a", description: "a", threshold: 1, value: 0, met: false }];
  test.each<[string, Partial<RunRecord>, string]>([
    ["a pass", {}, "met"],
    ["a missed objective", { verdict: "slo-failed", objectives: missed }, "missed"],
    ["a miss that only warns", { objectives: [{ ...missed[0]!, severity: "warn" }] }, "met"],
    ["a miss behind a heavier verdict", { verdict: "leaked", objectives: missed }, "missed"],
    ["a load that stopped itself", { measurements: { ...measured, aborted: "half failed" } }, "missed"],
    ["a limited generator", { measurements: limited, objectives: missed }, "generator-limited"],
    ["a fault of the harness", { verdict: "harness-error" }, "nothing"],
    [
      "a fault of the harness behind a leak",
      { verdict: "leaked", reasons: ["leaked: x", "harness-error: y"] },
      "nothing",
    ],
    ["a load that was cut off", { verdict: "interrupted", ...stages("interrupted") }, "nothing"],
    ["a cut-off run without stages", { verdict: "cost-ceiling" }, "nothing"],
    ["a budget that ended after the load", { verdict: "cost-ceiling", ...stages("ok") }, "met"],
    ["a load stage that failed", stages("failed"), "nothing"],
  ])("of %s", (_, overrides, outcome) => {
    expect(nightOutcomeOf(nightOn(AS_OF, overrides))).toBe(outcome);
  });

  test("of a run that ended before its load", () => {
    expect(nightOutcomeOf(unmeasured(nightOn(AS_OF, { verdict: "infrastructure" })))).toBe("nothing");
  });
});
