import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { newRunId } from "../../../../harness/model/run-id.ts";
import { exportRecords } from "../../../../harness/results/export/formats.ts";
import { oneLine } from "../../../../harness/tools/safe-text.ts";
import { findReader, runReader } from "../../../support/readers.ts";
import { histogramOf, sampleMeasurements } from "../sample-record.ts";
import { exportedRecord, HOSTILE } from "./exported-record.ts";

const python = findReader("python");
const promtool = findReader("promtool");
const otava = findReader("otava");

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-export-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What a Python program that reads stdin prints as JSON. */
function readByPython(program: string, input: string): unknown {
  return JSON.parse(runReader(python ?? "", ["-c", program], { input }));
}

test.skipIf(python === undefined)("Python's csv reads every value back", async () => {
  const rows = readByPython(
    "import csv,io,json,sys; print(json.dumps(list(csv.DictReader(io.TextIOWrapper(sys.stdin.buffer,'utf8',newline='')))))",
    await exportRecords("csv", [exportedRecord()]),
  ) as readonly Record<string, string>[];
  const of = (kind: string, name: string) =>
    rows.filter((row) => row["kind"] === kind && row["name"] === name);
  expect(of("figure", "workspaces-succeeded")).toMatchObject([
    { value: "1198", unit: "count", simulated: "false" },
  ]);
  // The first character would make a spreadsheet run it.
  expect(rows[0]?.["coder_version"]).toBe(`'${oneLine(HOSTILE)}`);
  expect(of("series", "coderd.api-p95")).toMatchObject([
    { at: "2026-11-22T07:01:00.000Z", of: "coder-a", value: "120", unit: "ms" },
    { at: "2026-11-22T07:01:10.000Z", of: "coder-a", value: "80" },
  ]);
  expect(of("series", "load.commands").map(({ value }) => value)).toEqual(["10", "20"]);
  expect(rows.filter(({ kind }) => kind === "objective").map(({ note }) => note)).toEqual([
    ...["met", "missed", "missed", "not judged"],
  ]);
});

const OPENMETRICS = `
import json, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
print(json.dumps([[f.name, f.type, f.unit, [[s.name, s.labels, s.value, float(s.timestamp)] for s in f.samples]]
                  for f in parse(sys.stdin.read())]))`;

test.skipIf(python === undefined)(
  "Prometheus' OpenMetrics parser reads every sample with its unit and time",
  async () => {
    const second = exportedRecord({ runId: newRunId(2), coderVersion: "2.32.0" });
    const families = readByPython(
      OPENMETRICS,
      await exportRecords("openmetrics", [exportedRecord(), second]),
    ) as readonly [string, string, string, readonly [string, Record<string, string>, number, number][]][];
    const samplesOf = (name: string) => families.find(([each]) => each === name)?.[3] ?? [];
    const ready = families.find(([name]) => name === "refbench_phase_workspace_ready_seconds");
    expect(ready?.slice(1, 3)).toEqual(["summary", "seconds"]);
    const p50 = ready?.[3].find(([, labels]) => labels["quantile"] === "0.5");
    expect(p50?.[1]["coder_version"]).toBe(oneLine(HOSTILE));
    expect(p50?.[2]).toBeCloseTo(60.03, 1);
    expect(
      samplesOf("refbench_coderd_api_p95_seconds").map(([, { of }, value, at]) => [of, value, at]),
    ).toEqual(
      [1, 2].flatMap(() => [
        ["coder-a", 0.12, 1795330860],
        ["coder-a", 0.08, 1795330870],
      ]),
    );
    expect(samplesOf("refbench_objective_met").map(([, { objective }, value]) => [objective, value])).toEqual(
      [1, 2].flatMap(() => [
        ["met", 1],
        ["missed", 0],
        ["warned", 0],
      ]),
    );
  },
);

test.skipIf(promtool === undefined)(
  "promtool finds nothing wrong, and makes Prometheus' blocks of it",
  async () => {
    const text = await exportRecords("openmetrics", [
      exportedRecord(),
      exportedRecord({ runId: newRunId(2) }),
    ]);
    expect(runReader(promtool ?? "", ["check", "metrics"], { input: text })).toBe("");
    const folder = await scratch();
    await writeFile(join(folder, "metrics"), text);
    runReader(promtool ?? "", ["tsdb", "create-blocks-from", "openmetrics", "metrics", "blocks"], {
      cwd: folder,
    });
    expect((await readdir(join(folder, "blocks"))).length).toBeGreaterThan(0);
  },
);

const JUNIT = `
import json, sys
from junitparser import JUnitXml
suites = JUnitXml.fromstring(sys.stdin.buffer.read())
print(json.dumps([[s.name, s.tests, s.failures, s.errors, s.skipped, s.time, {p.name: p.value for p in s.properties()},
  [[c.name, [[type(r).__name__, r.message] for r in c.result], c.system_out] for c in s]] for s in suites]))`;

test.skipIf(python === undefined)(
  "a JUnit reader finds the verdict, the teardown and each objective as cases",
  async () => {
    const [suite] = readByPython(JUNIT, await exportRecords("junit", [exportedRecord()])) as readonly [
      string,
      number,
      number,
      number,
      number,
      number,
      Record<string, string>,
      readonly [string, unknown, string | null][],
    ][];
    expect(suite?.slice(1, 6)).toEqual([6, 2, 0, 1, 185]);
    expect(suite?.[6]).toMatchObject({ simulated: "false", coder_version: oneLine(HOSTILE) });
    const cases = new Map(suite?.[7].map(([name, result]) => [name, result]));
    expect(cases.get("verdict")).toEqual([["Failure", oneLine(HOSTILE)]]);
    expect(cases.get("nothing is left")).toEqual([]);
    expect(cases.get("met")).toEqual([]);
    expect(cases.get("missed")).toMatchObject([["Failure", expect.stringContaining(oneLine(HOSTILE))]]);
    expect(cases.get("warned")).toEqual([]);
    expect(cases.get("unjudged")).toMatchObject([["Skipped", expect.any(String)]]);
  },
);

test.skipIf(otava === undefined)(
  "Otava finds the step that was planted in the nights' latencies",
  async () => {
    const nights = Array.from({ length: 30 }, (_, night) =>
      exportedRecord({
        runId: newRunId(night + 1),
        coderVersion: `2.${night}.0`,
        startedAt: new Date(Date.UTC(2026, 9, night + 1, 2)).toISOString(),
        measurements: sampleMeasurements({ histograms: [nightly(night)] }),
      }),
    );
    const [first, ...others] = nights;
    if (first === undefined) throw new Error("no nights");
    const folder = await scratch();
    await writeFile(join(folder, "gke.csv"), await exportRecords("otava", [first, ...others]));
    await writeFile(
      join(folder, "otava.yaml"),
      [
        "tests:",
        "  gke:",
        "    type: csv",
        "    file: gke.csv",
        "    time_column: time",
        "    attributes: [run, coder_version, commit]",
        "    metrics:",
        "      ready: {column: workspace-ready-p50, direction: -1}",
      ].join("\n"),
    );
    const answer = runReader(
      otava ?? "",
      ["analyze", "--config-file", "otava.yaml", "gke", "--since", "2026-01-01", "--output", "json"],
      { cwd: folder },
    );
    const found = JSON.parse(answer) as {
      readonly gke: readonly { readonly attributes: Record<string, string> }[];
    };
    expect(found.gke.map(({ attributes }) => attributes["coder_version"])).toEqual(["2.15.0"]);
  },
);

/** Latencies around a second, around 1.5 s from the sixteenth night on. */
function nightly(night: number): ReturnType<typeof histogramOf> {
  const middle = (night < 15 ? 1_000_000 : 1_500_000) + ((night * 7919) % 11) * 3000;
  return histogramOf(
    Array.from({ length: 200 }, (_, index) => middle + index * 100),
    { phase: "workspace-ready" },
  );
}
