import { describe, expect, test } from "vitest";
import { COLUMNS, rowOf } from "../../../../harness/results/format/row.ts";
import { sheetMarkdown, sheetText } from "../../../../harness/results/table/sheet.ts";
import { publishedTable, runsTable } from "../../../../harness/results/table/table.ts";
import { DISK_IN_BUILDS } from "../../../../harness/model/build-conditions.ts";
import { EXIT_CODES } from "../../../../harness/tools/verdict.ts";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { recordStandingOf, unofficialReasons } from "../../../../harness/results/judge/official.ts";
import { officialRecord, sampleMeasurements, sampleRecord, unmeasured } from "../sample-record.ts";

const resultsTable = (records: readonly RunRecord[], width: number) => sheetText(runsTable(records), width);
const resultsMarkdown = (records: readonly RunRecord[]) => sheetMarkdown(runsTable(records));

const VERDICTS = Object.keys(EXIT_CODES).filter(
  (word) => word !== "usage" && word !== "handed-over",
) as RunRecord["verdict"][];

test("a row has both published tables' columns, and the network that was used", () => {
  expect(COLUMNS).toEqual([
    "Environment",
    "Users",
    "Workspaces",
    "Concurrent builds",
    "Concurrent connections (Terminal/SSH)",
    "Network",
    "Coder version",
    "Last tested",
    "Status",
  ]);
  expect(rowOf(officialRecord())).toEqual([
    "Kubernetes (GKE)",
    "1,200/1,198",
    "1,198 of 1,200",
    "118/120",
    "10,000 (9,000/1,000)",
    "Postgres pub/sub, SSH by the tunnel, direct allowed, no TLS, no proxies",
    "2.31.0",
    "2026-11-22",
    "pass",
  ]);
});

test("a row of a run that measured nothing claims nothing", () => {
  expect(rowOf(unmeasured(officialRecord({ verdict: "infrastructure" })))).toEqual([
    "Kubernetes (GKE)",
    "-",
    "-",
    "-",
    "-",
    "-",
    "2.31.0",
    "2026-11-22",
    "infrastructure",
  ]);
});

test("a row whose teardown is not known has no verdict yet", () => {
  expect(rowOf(officialRecord({ teardown: { state: "pending" }, verdict: "pass" })).at(-1)).toBe("pending");
});

test.each(VERDICTS)("a table with a row that ended %s fits 80 columns and keeps its words", (verdict) => {
  const records = [sampleRecord(), sampleRecord({ verdict })];
  const table = resultsTable(records, 80);
  for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  for (const word of ["Environment", "(simulated)", "2026-11-22", "connections", ...verdict.split("-")]) {
    expect(table).toContain(word);
  }
});

test("a row takes one line if there is room for it", () => {
  const table = resultsTable([officialRecord()], 260);
  expect(
    table
      .split("\n")
      .slice(0, 3)
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([[...COLUMNS], COLUMNS.map(() => expect.stringMatching(/^-+$/)), [...rowOf(officialRecord())]]);
});

test.each([
  ["text", (records: readonly RunRecord[]) => resultsTable(records, 500)],
  ["Markdown", resultsMarkdown],
])(
  "in %s, official rows say whether their architecture was verified on its cloud, rehearsals do not",
  (_, render) => {
    expect(render([officialRecord()])).toMatch(/Verified on its cloud: gke (never|\d{4}-\d\d-\d\d \(.+\))\./);
    expect(render([sampleRecord()])).not.toContain("Verified on its cloud");
  },
);

test("figures of a changed checkout are never published", () => {
  const { provenance } = officialRecord();
  const dirty = { ...provenance.refbench, dirty: true };
  expect(unofficialReasons(officialRecord({ provenance: { ...provenance, refbench: dirty } }))).toEqual([
    "a checkout with uncommitted changes (abc1234)",
  ]);
  expect(recordStandingOf(officialRecord())).toBe("official");
});

test("a run whose commit nobody can check out, or without a cloud, is unofficial", () => {
  const { cloud, ...nowhere } = officialRecord();
  expect(cloud).toBeDefined();
  expect(unofficialReasons(nowhere)).toEqual(["no cloud in its record"]);
  const { provenance } = nowhere;
  const unknown = { ...provenance, refbench: { version: "0.1.0" } };
  expect(unofficialReasons(officialRecord({ provenance: unknown }))).toEqual([
    "no refbench commit in its provenance",
  ]);
  const noCommit = 'git said "fatal: not a git repository"';
  const refbench = { version: "1.2.3", noCommit };
  expect(unofficialReasons(officialRecord({ provenance: { ...unknown, refbench } }))).toEqual([
    `no refbench commit in its provenance: ${noCommit}`,
  ]);
});

test("an emulated Coder's version is never shown as a server's", () => {
  expect(rowOf(sampleRecord())[6]).toBe("2.31.0 emulated");
});

test.each([
  ["text", (records: readonly RunRecord[]) => resultsTable(records, 160)],
  ["Markdown", resultsMarkdown],
])("in %s, rehearsals are marked above the table and in each row", (_, render) => {
  const simulated = render([sampleRecord(), sampleRecord({ verdict: "slo-failed" })]);
  expect(simulated.split("\n")[0]).toContain("SIMULATED");
  expect(simulated.match(/\(simulated\)/g)).toHaveLength(2);
  expect(render([officialRecord()])).not.toMatch(/simulated|emulated/i);
});

test.each([
  ["text", (records: readonly RunRecord[]) => resultsTable(records, 80)],
  ["Markdown", resultsMarkdown],
])("in %s, official rows and rehearsals never share a table", (_, render) => {
  expect(() => render([officialRecord(), sampleRecord()])).toThrow("records of one standing");
  expect(() => render([sampleRecord(), officialRecord()])).toThrow("records of one standing");
});

const CLOUD = {
  project: "123456789012",
  region: "us-east-2",
  zone: "us-east-2a",
  endpoints: [],
  emulated: false,
  stacks: "0123",
  skippedChecks: [],
  skippedCanary: true,
};

describe("a real run is not official", () => {
  test.each([
    [
      "on an emulated cloud",
      { cloud: { ...CLOUD, endpoints: ["AWS_ENDPOINT_URL"], emulated: true } },
      /AWS_ENDPOINT_URL/,
    ],
    [
      "after checks were left out",
      { cloud: { ...CLOUD, skippedChecks: ["quota"] } },
      /preflight without quota/,
    ],
    [
      "with a figure of its size overridden",
      { cloud: CLOUD, overrides: { users: 3 } },
      /overridden figures of the size: users/,
    ],
  ] satisfies readonly (readonly [string, Partial<RunRecord>, RegExp])[])(
    "%s, and this is marked above its row and in it",
    (_, change, why) => {
      const record = officialRecord(change);
      for (const table of [resultsTable([record], 260), resultsMarkdown([record])]) {
        expect(table).toMatch(/UNOFFICIAL, never published/);
        expect(table).toMatch(why);
        expect(table).toContain("Kubernetes (GKE) (unofficial)");
      }
      expect(() => resultsTable([record, officialRecord()], 160)).toThrow("records of one standing");
    },
  );
});

test("a real run that started without a canary is official: its conditions name it", () => {
  expect(resultsTable([officialRecord({ cloud: CLOUD })], 160)).not.toMatch(/unofficial/i);
});

test("Markdown is a table of one line a row, whatever a label holds", () => {
  const markdown = resultsMarkdown([officialRecord({ environment: "GKE | two\nlines" })]);
  const lines = markdown.split("\n").filter((line) => line.startsWith("|"));
  expect(lines).toHaveLength(3);
  expect(lines.map((line) => line.split(/(?<!\\)\|/).length)).toEqual([11, 11, 11]);
});

test("held connections below the requested number are shown beside it", () => {
  const { connections } = sampleMeasurements();
  const short = { ...connections, held: 9_990, heldTerminal: 8_990 };
  const record = officialRecord({ measurements: sampleMeasurements({ connections: short }) });
  expect(rowOf(record)[4]).toBe("9,990 of 10,000 (8,990/1,000)");
});

test("a table names the rows whose builds wait for a disk of the cloud, once each, and no other", () => {
  const words = /Builds include creating and attaching a cloud disk: ([^.]*)\./;
  const withDisk = officialRecord({ conditions: [DISK_IN_BUILDS] });
  const without = officialRecord({ conditions: [], environment: "VMs (GCE)" });
  expect(words.exec(resultsMarkdown([withDisk, withDisk, without]))?.[1]).toBe(withDisk.environment);
  expect(resultsMarkdown([without])).not.toMatch(words);
  const published = publishedTable([withDisk], { asOf: "2026-11-23", rehearsals: false });
  expect(sheetMarkdown(published)).toMatch(words);
});
