import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { normal, seeded } from "../../../../bench/regression/planted-series.ts";
import { resultsCommand } from "../../../../harness/cli/commands/results.ts";
import type { RunRecord } from "../../../../harness/model/record/record.ts";
import { daysAfter } from "../../../../harness/results/format/day.ts";
import { changesOf } from "../../../../harness/results/statistics/changes-of.ts";
import { directoryWith, runCommand } from "../../cli/commands/command-run.ts";
import { nightOn } from "../nightly-records.ts";
import { histogramOf, sampleMeasurements } from "../sample-record.ts";

const FIRST = "2026-09-01";
const STEP_AT = 30;

/** Nights of builds that take a tenth longer from one on. */
function nightsWith({
  count = 40,
  step = 0.1,
  simulated = false,
  overrides = {},
} = {}): readonly RunRecord[] {
  const random = seeded(42);
  return Array.from({ length: count }, (_, night) => {
    const level = (1 + 0.03 * normal(random)) * (night < STEP_AT ? 1 : 1 + step);
    const build = histogramOf(
      Array.from({ length: 100 }, (_, index) => Math.round(40_000_000 * level * (0.9 + index / 500))),
      { phase: "build" },
    );
    const measurements = sampleMeasurements({ histograms: [build] });
    return nightOn(daysAfter(FIRST, night), { measurements, ...overrides }, { simulated });
  });
}

const builds = (series: ReturnType<typeof changesOf>) =>
  series.find(({ figure }) => figure.metric === "phases.build.p50")!;

test("a confirmed change for the worse is a regression of its row and figure alone", () => {
  const series = changesOf(nightsWith({ step: 0.2 }));
  expect(series.flatMap(({ regressions }) => regressions)).toHaveLength(1);
  expect(builds(series).regressions).toMatchObject([{ day: daysAfter(FIRST, STEP_AT) }]);
});

test("a change for the better is reported and is not a regression", () => {
  const { changes, regressions } = builds(changesOf(nightsWith({ step: -0.12 })));
  expect(changes).toMatchObject([{ status: "confirmed" }]);
  expect(regressions).toEqual([]);
});

test("a suspected change says how to measure again, and is not yet a regression", () => {
  const all = nightsWith();
  const { suspectedOn } = builds(changesOf(all)).changes[0]!;
  const { changes, regressions, rerun } = builds(changesOf(all, { asOf: suspectedOn }));
  expect(changes).toMatchObject([{ status: "suspected" }]);
  expect(regressions).toEqual([]);
  expect(rerun).toMatch(/^refbench nightly --sizes gke\/1200 --coder-version \d/);
});

test("a reset of the figure ends the regression, one of another figure does not", () => {
  const reset = {
    architecture: "gke",
    size: "1200",
    date: daysAfter(FIRST, STEP_AT),
    reason: "larger image",
  };
  const of = (metric: "phases.build.p50" | "connections.held") =>
    builds(changesOf(nightsWith(), { resets: [{ ...reset, metric }] })).regressions.length;
  expect(of("phases.build.p50")).toBe(0);
  expect(of("connections.held")).toBe(1);
  expect(builds(changesOf(nightsWith(), { resets: [reset] })).regressions).toEqual([]);
});

test("another platform begins a new series, and the change is named", () => {
  const records = nightsWith().map((record, night) => ({
    ...record,
    provenance: { ...record.provenance, platform: { postgres: night < STEP_AT ? "16" : "17" } },
  }));
  const { changes, platforms, history } = builds(changesOf(records));
  expect(changes).toEqual([]);
  expect(platforms).toEqual([{ day: daysAfter(FIRST, STEP_AT), changes: ["Postgres: 16 → 17"] }]);
  expect(history.isEnough).toBe(false);
});

test("a series excludes manual runs and nights whose generator was the limit", () => {
  const limited = nightsWith().map((record, night) =>
    night % 4 === 0 && record.measurements !== undefined
      ? {
          ...record,
          measurements: {
            ...record.measurements,
            generator: { ...record.measurements.generator, limited: true },
          },
        }
      : record,
  );
  expect(builds(changesOf(limited)).nights).toHaveLength(30);
  expect(changesOf(nightsWith({ overrides: { origin: { kind: "run" } } }))).toEqual([]);
});

test("a night that missed its objectives is part of its series", () => {
  expect(builds(changesOf(nightsWith({ overrides: { verdict: "slo-failed" } }))).regressions).toHaveLength(1);
});

test("the command reports a regression and exits 10, and 0 once the change is reset", async () => {
  const cwd = await directoryWith([...nightsWith()]);
  const told = await runCommand(resultsCommand, ["changes"], { cwd });
  expect(told.stdout).toMatch(/REGRESSION/);
  expect(told.stdout).toMatch(/not\s+enough/);
  expect(told.code).toBe(10);
  const json = await runCommand(resultsCommand, ["changes", "--output", "json"], { cwd });
  expect(JSON.parse(json.stdout)).toContainEqual(
    expect.objectContaining({
      metric: "phases.build.p50",
      regressions: [expect.objectContaining({ status: "confirmed" })],
    }),
  );
  const file = join(cwd, "resets.json");
  const reset = {
    architecture: "gke",
    size: "1200",
    date: daysAfter(FIRST, STEP_AT),
    reason: "larger image",
  };
  await writeFile(file, JSON.stringify({ schemaVersion: 1, resets: [reset] }));
  expect((await runCommand(resultsCommand, ["changes", "--resets", file], { cwd })).code).toBe(0);
});

test("rehearsals are watched separately", async () => {
  const cwd = await directoryWith([...nightsWith({ simulated: true })]);
  expect((await runCommand(resultsCommand, ["changes"], { cwd })).stdout).toMatch(/^No nights/);
  expect((await runCommand(resultsCommand, ["changes", "--rehearsals"], { cwd })).code).toBe(10);
});

test("a file of resets that holds something else is a usage error that names what is wrong", async () => {
  const cwd = await directoryWith([]);
  const file = join(cwd, "resets.json");
  for (const text of ["{", '{"schemaVersion":1,"resets":[{"architecture":"gke"}]}']) {
    await writeFile(file, text);
    const answer = runCommand(resultsCommand, ["changes", "--resets", file], { cwd });
    await expect(answer).rejects.toMatchObject({ code: "usage", message: expect.stringContaining(file) });
  }
});
