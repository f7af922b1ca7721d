import { expect, test } from "vitest";
import { resultsCommand } from "../../../../../harness/cli/commands/results.ts";
import type { RunRecord } from "../../../../../harness/model/record/record.ts";
import { indexPage } from "../../../../../harness/results/page/index-page.ts";
import { sizePage } from "../../../../../harness/results/page/size-page.ts";
import { alarmsOf, foundWords } from "../../../../../harness/results/statistics/change-words.ts";
import { changesOf } from "../../../../../harness/results/statistics/changes-of.ts";
import { failingWorkspaces, holding, withoutWorkspaces } from "../../../../support/coder/collapse.ts";
import { syntheticNights } from "../../../../support/results/synthetic-nights.ts";
import { directoryWith, runCommand } from "../../../cli/commands/command-run.ts";

/** Thirty nights of one platform, each made otherwise by its index from the oldest. */
function thirty(change: (record: RunRecord, index: number) => RunRecord): readonly RunRecord[] {
  return syntheticNights({ planted: {}, nextPlatform: 99 }).map(change);
}

function seriesOf(records: readonly RunRecord[], metric: string) {
  return changesOf(records).find(({ figure }) => figure.metric === metric)!;
}

const alarmed = (records: readonly RunRecord[]) =>
  changesOf(records)
    .filter((series) => alarmsOf(series).length > 0)
    .map(({ figure }) => figure.metric);

test.each([0, 0.005, 0.5, 0.9])(
  "holding %d of all connections on the last ten nights raises the alarm",
  async (share) => {
    const nights = thirty((record, index) => (index < 20 ? record : holding(record, share)));
    expect(alarmed(nights)).toEqual(["connections.held", "connections.notHeldShare"]);
    expect(seriesOf(nights, "connections.held").nights).toHaveLength(30);
    const told = await runCommand(resultsCommand, ["changes"], { cwd: await directoryWith([...nights]) });
    expect(told.code).toBe(10);
    expect(told.stdout).toMatch(share === 0 ? /TOTAL FAILURE/ : /REGRESSION/);
  },
);

test("a total failure is an alarm from its first night on, with what was reached and what was there before", () => {
  const nights = thirty((record, index) => (index < 29 ? record : holding(record, 0)));
  const series = seriesOf(nights, "connections.held");
  expect(foundWords(series)).toEqual(["TOTAL FAILURE since 2026-11-22: 0 of 1,000 (1 night, 1,000 before)"]);
  expect(alarmsOf(series)).toEqual([{ day: "2026-11-22", words: "total failure (0 of 1,000)" }]);
});

test("a latency without a sample because nothing became ready is a separate total failure", () => {
  const nights = thirty((record, index) => (index < 27 ? record : withoutWorkspaces(record)));
  expect(alarmed(nights)).toEqual(
    expect.arrayContaining(["phases.workspace-ready.p95", "phases.build.p50", "phases.ssh-handshake.p95"]),
  );
  const { totalFailures, nights: all } = seriesOf(nights, "phases.workspace-ready.p95");
  expect(totalFailures).toMatchObject([{ day: "2026-11-20", nights: 3, reason: "0 of 200" }]);
  expect(all).toHaveLength(30);
});

test("a total failure from the first night on is one too", () => {
  const nights = thirty((record) => holding(record, 0));
  expect(alarmed(nights)).toContain("connections.held");
  expect(seriesOf(nights, "connections.held").totalFailures[0]).not.toHaveProperty("before");
});

test("it lasts while most of the last nights failed so, and is over once most have the figure again", () => {
  const failing = new Set([20, 21, 22, 24, 25]);
  const upTo = (count: number) =>
    seriesOf(
      thirty((record, index) => (failing.has(index) ? holding(record, 0) : record)).slice(0, count),
      "connections.held",
    );
  expect(alarmsOf(upTo(24))).toHaveLength(1);
  expect(alarmsOf(upTo(27))).toHaveLength(1);
  const { totalFailures } = upTo(30);
  expect(totalFailures).toMatchObject([{ nights: 5, until: "2026-11-20" }]);
  expect(alarmsOf(upTo(30))).toEqual([]);
});

test("twenty-four total failures in thirty nights are an alarm, though the newest night held all", () => {
  const nights = thirty((record, index) => (index % 5 === 4 ? record : holding(record, 0)));
  expect(alarmed(nights)).toContain("connections.held");
});

test("nights without a figure are counted and named", async () => {
  const nights = thirty((record, index) => {
    const { measurements } = record;
    if (index % 10 !== 0 || measurements === undefined) return record;
    const histograms = measurements.histograms.filter(({ phase }) => phase !== "build");
    return { ...record, measurements: { ...measurements, histograms } };
  });
  const series = seriesOf(nights, "phases.build.p50");
  expect(series.nights).toHaveLength(27);
  expect(series.without.map(({ reason }) => reason)).toEqual(Array.from({ length: 3 }, () => "not recorded"));
  const json = await runCommand(resultsCommand, ["changes", "--output", "json"], {
    cwd: await directoryWith([...nights]),
  });
  expect(JSON.parse(json.stdout)).toContainEqual(
    expect.objectContaining({ metric: "phases.build.p50", without: expect.objectContaining({ length: 3 }) }),
  );
});

test("nights that measured nothing, or the generator, are in no series and are counted", async () => {
  const nights = syntheticNights({ nextPlatform: 99, planted: { 3: "no-quota", 5: "generator-limited" } });
  expect(seriesOf(nights, "connections.held")).toMatchObject({ unmeasured: 2 });
  const told = await runCommand(resultsCommand, ["changes"], { cwd: await directoryWith([...nights]) });
  expect(told.stdout).toContain(
    "gke/100: 2 nights that measured nothing, or the generator, are in no series.",
  );
});

test("more workspaces that fail, each night some, are an alarm though no latency moves", () => {
  const nights = thirty((record, index) =>
    failingWorkspaces(record, index < 20 ? index % 2 : 7 + (index % 3)),
  );
  expect(alarmed(nights)).toEqual(["workspaces.failedShare"]);
  const [change] = seriesOf(nights, "workspaces.failedShare").changes;
  expect(change).toMatchObject({ day: "2026-11-13", status: "confirmed" });
  expect(change!.before).toBeLessThan(0.005);
  expect(change!.after).toBeCloseTo(0.04, 2);
});

test("one bad night, and shares that always vary as much, raise no alarm", () => {
  expect(alarmed(thirty((record, index) => failingWorkspaces(record, index === 25 ? 60 : 0)))).toEqual([]);
  const clustered = [0, 9, 0, 1, 14, 0, 3];
  const nights = thirty((record, index) => failingWorkspaces(record, clustered[(index * 5) % 7] ?? 0));
  expect(alarmed(nights)).toEqual([]);
});

test("the index and the size's page show a lasting total failure", () => {
  const nights = thirty((record, index) => (index < 27 ? record : holding(record, 0)));
  const watched = changesOf(nights);
  const index = indexPage({ records: nights, rehearsals: false, asOf: "2026-11-22", watched });
  expect(index.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ")).toContain(
    "Regression since 2026-11-20 : connections held total failure (0 of 1,000)",
  );
  const page = sizePage(nights, { rehearsals: false, watched });
  expect(page).toMatch(/>total failure<\/text>/);
  expect(page).toContain("TOTAL FAILURE since 2026-11-20: 0 of 1,000");
});
