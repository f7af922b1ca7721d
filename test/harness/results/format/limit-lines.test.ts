import { expect, test } from "vitest";
import { assess } from "../../../../harness/results/assess.ts";
import { resultMarkdown } from "../../../../harness/results/output/markdown.ts";
import { resultsText } from "../../../../harness/results/output/text.ts";
import { observedRecord, type PlannedLoad } from "../../../support/results/observed-record.ts";

const recordOf = (load: PlannedLoad) => {
  const record = observedRecord(load);
  return { ...record, ...assess(record) };
};
const FULL: PlannedLoad = {
  series: { "coderd.cpu": { "coder-0": 0.99 }, "coderd.cpu-limit": { "coder-0": 1 } },
  observation: { unseen: [{ what: "database", why: "no role was given" }] },
};

test("text and Markdown name the limit with its first evidence, its advice, and what was not seen", () => {
  for (const text of [resultsText(recordOf(FULL), 2000), resultMarkdown(recordOf(FULL))]) {
    expect(text).toContain("Limited by the CPU of coderd.");
    expect(text).toMatch(
      /CPU of the process of coder-0: 0\.99 of 1 cores.*give each coderd replica more CPU/,
    );
    expect(text).toContain("Not seen: database (no role was given).");
    expect(text).toMatch(/Not judged: .*database-cpu/);
  }
});

test("a load of which nothing was observed says that nobody can tell", () => {
  expect(resultsText(recordOf({ isObserved: false }), 2000)).toContain(
    "Could not tell what held it back: nothing of the deployment was observed.",
  );
});

test("a record of an earlier version says nothing of limits", () => {
  expect(resultsText(observedRecord(), 2000)).not.toContain("held it back");
});
