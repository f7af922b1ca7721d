import { expect, test } from "vitest";
import type { RunRecord } from "../../../harness/model/record/record.ts";
import { NIGHT_COLUMNS } from "../../../harness/results/table/night-row.ts";
import { sheetMarkdown, sheetText } from "../../../harness/results/table/sheet.ts";
import { publishedTable } from "../../../harness/results/table/table.ts";
import { LEAKED, nightOn } from "./nightly-records.ts";
import { officialRecord, sampleMeasurements, sampleRecord, unmeasured } from "./sample-record.ts";

const official = (records: readonly RunRecord[], asOf = "2026-11-22") =>
  sheetMarkdown(publishedTable(records, { asOf, rehearsals: false }));
const rehearsals = (records: readonly RunRecord[], asOf = "2026-11-22") =>
  sheetMarkdown(publishedTable(records, { asOf, rehearsals: true }));
const cellsOf = (markdown: string) =>
  markdown
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) => line.slice(2, -2).split(" | "));

test("the table has both published tables' columns, the cost of a night and its status", () => {
  expect(NIGHT_COLUMNS).toEqual([
    "Environment",
    "Users",
    "Workspaces",
    "Concurrent builds",
    "Concurrent connections (Terminal/SSH)",
    "Network",
    "Coder version",
    "Last tested",
    "Cost per night",
    "Status",
  ]);
});

test("a row is the median of its nights with least and most, date and version of the newest, cost and status", () => {
  const cost = (spent: number): RunRecord["cost"] => ({
    basis: "estimated",
    spent,
    estimate: {
      prices: "2026-08-03",
      region: "us",
      hours: 1,
      perHour: 1,
      teardownReserve: 0,
      total: 9,
      items: [],
    },
  });
  const connections = { ...sampleMeasurements().connections, held: 9_990, heldTerminal: 8_990 };
  const short = sampleMeasurements({
    connections,
    builds: { capacity: 120, peakRunning: 110, timeWeightedRunning: 90 },
  });
  const table = official([
    nightOn("2026-11-20", { cost: cost(4), coderVersion: "2.30.0", measurements: short }),
    nightOn("2026-11-21", { cost: cost(6) }),
    nightOn("2026-11-22", { cost: cost(5) }),
  ]);
  expect(cellsOf(table)).toEqual([
    [
      "Kubernetes (GKE), 1200",
      "1,200/1,198",
      "1,198 of 1,200",
      "118 (110–118)/120 (97.3 on average)",
      "10,000 (9,990–10,000) of 10,000 (9,000 (8,990–9,000)/1,000 tunnel)",
      "Postgres pub/sub, SSH by the tunnel, direct allowed, no TLS, no proxies",
      "2.31.0 (figures of 2.30.0, 2.31.0)",
      "2026-11-22",
      "$5.00 ($4.00–$6.00) (estimated)",
      "3 of 3 met the objectives, since 2026-11-20; newest night clean, 3 in a row",
    ],
  ]);
  expect(table).not.toMatch(/simulated|emulated/i);
  expect(table).toMatch(/Verified on its cloud: gke/);
});

test("a figure that no night measured is a dash, and the row says what happened", () => {
  const failed = unmeasured(
    nightOn("2026-11-22", { verdict: "leaked", teardown: LEAKED, reasons: ["leaked: 1 left: disk disk-1"] }),
  );
  expect(cellsOf(official([failed]))).toEqual([
    [
      "Kubernetes (GKE), 1200",
      "-",
      "-",
      "-",
      "-",
      "-",
      "2.31.0",
      "2026-11-22",
      "-",
      "no night measured Coder, since 2026-11-22; 1 night measured nothing; 1 night without a clean teardown; newest night leaked: 1 left: disk disk-1",
    ],
  ]);
});

test("missing nights are listed by date, in ranges of days", () => {
  const table = official([nightOn("2026-11-10"), nightOn("2026-11-12"), nightOn("2026-11-16")]);
  expect(cellsOf(table)[0]?.at(-1)).toBe(
    "3 of 3 met the objectives, since 2026-11-10; missing: 2026-11-17 to 2026-11-21; no night on 2026-11-11, 2026-11-13 to 2026-11-15",
  );
});

test.each([
  [
    "text",
    (records: readonly RunRecord[], asOf: string) =>
      sheetText(publishedTable(records, { asOf, rehearsals: false }), 80),
  ],
  ["Markdown", official],
])("in %s the bytes depend on the records and the day alone", (_, render) => {
  const records = ["2026-11-10", "2026-11-12", "2026-11-20"].flatMap((day) => [
    nightOn(day),
    nightOn(day, { architecture: "eks" }),
  ]);
  const table = render(records, "2026-11-22");
  expect(render(structuredClone(records).toReversed(), "2026-11-22")).toBe(table);
  expect(render(records, "2026-12-22")).not.toBe(table);
  expect(render(records, "2026-12-22")).toContain("stale");
});

test("a table of nights fits 80 columns and keeps its words", () => {
  const table = sheetText(
    publishedTable([nightOn("2026-11-10")], { asOf: "2026-11-22", rehearsals: false }),
    80,
  );
  for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  for (const word of ["Environment", "1,200/1,198", "2026-11-10", "missing:"]) expect(table).toContain(word);
});

test("unofficial runs and rehearsals are in no official table", () => {
  const table = official([
    nightOn("2026-11-22"),
    officialRecord({ overrides: { users: 3 } }),
    sampleRecord(),
  ]);
  expect(cellsOf(table)).toHaveLength(1);
  expect(official([sampleRecord()])).toBe(official([]));
});

test("rehearsed nights come first, marked, and each rehearsal outside of a night has its row below", () => {
  const table = rehearsals([
    sampleRecord({ environment: "By hand" }),
    nightOn("2026-11-22", {}, { simulated: true }),
    officialRecord({ environment: "Real" }),
  ]);
  expect(table).toMatch(/^> \*\*SIMULATED/);
  expect(table.match(/SIMULATED/g)).toHaveLength(1);
  expect(table).toMatch(/\| Kubernetes \(GKE\), 1200 \(simulated\) [^]*\| By hand \(simulated\) /);
  expect(table).not.toContain("Real");
});

test("manual rehearsals alone form a table of their runs", () => {
  expect(cellsOf(rehearsals([sampleRecord(), sampleRecord()]))).toHaveLength(2);
  expect(rehearsals([])).toBe("No rehearsals yet.\n");
});
