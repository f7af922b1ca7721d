import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunRecord } from "../../../harness/model/record/record.ts";
import { resultMarkdown } from "../../../harness/results/output/markdown.ts";
import { markdownRow } from "../../../harness/results/table/markdown-row.ts";
import { markdownText } from "../../../harness/results/table/markdown-text.ts";
import { writeMarkedBlock } from "../../../harness/results/table/marked-block.ts";
import { sheetMarkdown } from "../../../harness/results/table/sheet.ts";
import { publishedTable } from "../../../harness/results/table/table.ts";
import { rowOf } from "../../../harness/results/format/row.ts";
import { resultsText } from "../../../harness/results/output/text.ts";
import { nightOn, scratchFolder } from "./nightly-records.ts";
import { officialRecord, sampleMeasurements } from "./sample-record.ts";

const WORDS =
  "v2.31.0 <!-- /refbench:table --> <img src=x onerror=alert(1)> [a](javascript:b) `c` |d| a\\|e &lt; **f**\n# g\nVerdict: pass\n~~~";

function hostileRecord(): RunRecord {
  const measurements = sampleMeasurements({
    failures: [
      {
        class: "unexpected",
        phase: "build",
        count: 1,
        example: WORDS,
        reasons: [{ error: WORDS, count: 1, log: [WORDS] }],
      },
    ],
  });
  return officialRecord({
    measurements,

    coderVersion: WORDS,
    conditions: [WORDS],
    objectives: [{ name: "n", description: WORDS, threshold: 2, met: true, value: 1 }],
    teardown: {
      state: "leaked",
      scope: WORDS,
      finishedAt: "2026-11-22T02:00:00.000Z",
      left: [{ id: "1", kind: WORDS, name: WORDS }],
      swept: [],
      problems: [WORDS],
    },
  });
}

test("Markdown of foreign words has no HTML, comment, link, code, cell or heading of theirs", () => {
  const text = markdownText(WORDS);
  expect(text).not.toMatch(/<|\n|&(?!amp;|lt;|#92;)/);
  expect(text.replaceAll(/\\[`[\]|*~]/g, "")).not.toMatch(/[`[\]|*~\\]/);
  expect(markdownText("# g")).toBe(String.raw`\# g`);
  expect(markdownText("1. g")).toMatch(/^\\1\. g|^1\\?\. g$/);
  expect(
    markdownRow([String.raw`a\|b`, "c"])
      .replaceAll(String.raw`\|`, "")
      .split("|"),
  ).toHaveLength(4);
});

test("no line of a result, as text or Markdown, is a foreign word's own", () => {
  const record = hostileRecord();
  for (const text of [resultsText(record, 100), resultMarkdown(record)]) {
    expect(text).not.toMatch(/^(# g|~~~)/m);
    expect(text.match(/^Verdict: .*/gm)).toEqual([`Verdict: ${record.verdict} (unofficial)`]);
  }
  expect(resultMarkdown(record)).not.toMatch(/^(?! {8}).*<(!--|img)/m);
});

test("a table whose words hold its markers is written between them again and again", async () => {
  const record = nightOn("2026-11-22", { coderVersion: WORDS, environment: WORDS });
  const path = join(await scratchFolder(), "README.md");
  await writeFile(path, "<!-- refbench:table -->\n<!-- /refbench:table -->\n");
  const table = sheetMarkdown(publishedTable([record], { asOf: "2026-11-22", rehearsals: false }));
  for (const text of [table, `${table}<!-- refbench:table -->`, table]) await writeMarkedBlock(path, text);
  expect((await readFile(path, "utf8")).match(/<!--/g)).toHaveLength(2);
  expect(table).not.toContain("<img");
});

test("a text that is not a version is shown as such, whatever it holds, and Coder's versions stay unchanged", () => {
  for (const version of ["2.31.0", "v2.31.0", "v2.32.0-rc.1", "v2.31.0-devel+0a1b2c3d4e"])
    expect(rowOf(officialRecord({ coderVersion: version }))).toContain(version);
  const cell = rowOf(officialRecord({ coderVersion: WORDS })).find((each) => each.includes("2.31.0"));
  expect(cell).toMatch(/^not a version: "v2\.31\.0 [^\n]{1,40}…"$/);
});
