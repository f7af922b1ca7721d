import { expect, test } from "vitest";
import { objectiveSentence, thresholdWords } from "../../../harness/model/record/objective-words.ts";
import type { ObjectiveResult } from "../../../harness/model/record/record.ts";
import { resultMarkdown } from "../../../harness/results/output/markdown.ts";
import { indexPage } from "../../../harness/results/page/index-page.ts";
import { runPage } from "../../../harness/results/page/run-page.ts";
import { sheetMarkdown, sheetText } from "../../../harness/results/table/sheet.ts";
import { publishedTable } from "../../../harness/results/table/table.ts";
import { resultsText } from "../../../harness/results/output/text.ts";
import { nightOn } from "./nightly-records.ts";
import { officialRecord, sampleMeasurements } from "./sample-record.ts";

const plain = (text: string) =>
  text
    // They only say where a line may break.
    .replaceAll(/<span class="one">([^<]*)<\/span>|<wbr>/g, "$1")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")

    .replaceAll(/\s+/g, " ");

const OBJECTIVES: readonly ObjectiveResult[] = [
  {
    name: "a",
    description: "held",
    threshold: 0.99,
    direction: "at-least",
    unit: "share",
    value: 0.9896,
    met: false,
  },
  {
    name: "b",
    description: "lost",
    threshold: 0.01,
    direction: "at-most",
    unit: "share",
    value: 0.0104,
    met: false,
  },
  {
    name: "c",
    description: "slow",
    threshold: 2000,
    direction: "at-most",
    unit: "ms",
    value: 1900,
    met: true,
  },
  {
    name: "d",
    description: "reads",
    threshold: 0.01,
    direction: "at-most",
    unit: "share",
    met: true,
    note: "not part of this load",
  },
  {
    name: "e",
    description: "counted",
    threshold: 0.95,
    direction: "at-least",
    unit: "share",
    met: false,
    judged: false,
  },
];

test("every threshold has its direction, and every objective its word, in text, Markdown and page alike", () => {
  const record = officialRecord({ objectives: [...OBJECTIVES] });
  const forms = [
    resultsText(record, 500),
    resultMarkdown(record),
    runPage(record, { rehearsals: false }),
  ].map(plain);
  for (const text of forms) {
    for (const objective of OBJECTIVES) expect(text).toContain(thresholdWords(objective));
    expect(text.match(/not judged/g)).toHaveLength(2);
    expect(text).toContain("not part of this load");
    expect(text).not.toMatch(/wanted \d|≥ 99|≤ 1 %/);
  }
});

test("a share is rounded away from its threshold: a miss never reads as met", () => {
  const [held, lost] = OBJECTIVES.map(objectiveSentence);
  expect(held).toBe("held: 98.9 % (at least 99 %), missed by 0.04 points");
  expect(lost).toBe("lost: 1.1 % (at most 1 %), missed by 0.04 points");
});

test("how long connections were held, builds in a minute and what the server did not count are in the row of each form", () => {
  const connections = sampleMeasurements().connections;
  delete connections.serverGauge;
  const builds = { capacity: 120, peakRunning: 118, timeWeightedRunning: 97.34, perMinute: 95 };
  const load = { ...officialRecord().load, holdMs: 75_000 };
  const records = [
    nightOn("2026-11-21", { load, measurements: sampleMeasurements({ builds }) }),
    nightOn("2026-11-22", { load, measurements: sampleMeasurements({ builds, connections }) }),
  ];
  const table = publishedTable(records, { asOf: "2026-11-22", rehearsals: false });
  const index = indexPage({ records, rehearsals: false, asOf: "2026-11-22" });
  for (const text of [sheetText(table, 4000), sheetMarkdown(table), index].map(plain)) {
    expect(text).toMatch(/97\.3 on average, 95 a minute/);
    expect(text).toMatch(/held for 1m 15s; server's own count: not read in 1 of 2 nights/);
  }
});
