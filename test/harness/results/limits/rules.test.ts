import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { healthy, type Plant, PLANTED, QUIET } from "../../../../bench/limits/planted.ts";
import { plannedTogether } from "../../../../bench/limits/trials.ts";
import { SERIES_NAMES } from "../../../../harness/model/observation/series.ts";
import { findLimits } from "../../../../harness/results/limits/find-limits.ts";
import { LIMIT_RULES } from "../../../../harness/results/limits/rules.ts";
import { seededRandom } from "../../../../harness/tools/seeded-random.ts";
import { MET, observedRecord, type PlannedLoad } from "../../../support/results/observed-record.ts";

const SAMPLES = 60;
const plantOf = (seed: number, from: number): Plant => ({
  ...{ random: seededRandom(seed), samples: SAMPLES, from, to: from + 20 },
});
const limitsOf = (load: PlannedLoad) => findLimits(observedRecord(load))!;
const looks = Object.entries(PLANTED).flatMap(([rule, all]) =>
  all.map((look, index) => [`${rule}, look ${index + 1}`, rule, look] as const),
);

test("every rule has a planted limit", () => {
  expect(Object.keys(PLANTED).toSorted()).toEqual(LIMIT_RULES.map(({ id }) => id).toSorted());
});

describe.each(looks)("%s", (_, rule, look) => {
  const plant = plantOf(3, rule === "bandwidth" ? 35 : 5);
  const load = plannedTogether(healthy(plant), look(plant));

  test("is found, and alone", () => {
    expect(limitsOf(load)).toMatchObject({ answer: "limited", findings: [{ rule }] });
  });

  test("is not found without what it needs, and nobody says that nothing was saturated", () => {
    const carries = Object.entries(look(plant).series ?? {}).map(([name]) => name);
    if (carries.length === 0) return;
    const series = Object.entries(load.series ?? {}).filter(([name]) => !carries.includes(name));
    const without = limitsOf({ ...load, series: Object.fromEntries(series) });
    expect(without.findings.map((finding) => finding.rule)).not.toContain(rule);
    expect(without.answer).not.toBe("met-with-room");
  });

  test("is never found outside of the load", () => {
    const idle = limitsOf({
      ...load,
      window: () => ({
        stage: undefined,
        activity: "deleting",
        building: 0,
        terminal: 0,
        ssh: 0,
        commands: 0,
      }),
      isGeneratorLimited: false,
    });
    expect(idle).toMatchObject({ answer: "unknown", findings: [] });
  });
});

test("a healthy deployment whose load missed its objectives has nothing saturated", () => {
  expect(limitsOf(healthy(plantOf(5, 0)))).toMatchObject({ answer: "nothing-saturated", unjudged: [] });
});

/** Any figures of the deployment: full, empty, missing. */
const anySeries = fc.dictionary(
  fc.constantFrom(...SERIES_NAMES),
  fc.dictionary(
    fc.constantFrom("coder-0", "coderd/coder-0", "provisioner/p", "database", "database/pg", "node-a"),
    fc.array(fc.option(fc.double({ min: 0, max: 1e10, noNaN: true })), { minLength: 1, maxLength: 8 }),
    { maxKeys: 3 },
  ),
);
const planned = (
  series: Record<string, Record<string, (number | null)[]>>,
): NonNullable<PlannedLoad["series"]> =>
  Object.fromEntries(
    Object.entries(series).map(([name, things]) => [
      name,
      Object.fromEntries(
        Object.entries(things).map(([of, values]) => [
          of,
          (sample: number) => values[sample % values.length] ?? null,
        ]),
      ),
    ]),
  );

test("whatever was observed, a load that met its objectives with room is limited by nothing", () => {
  fc.assert(
    fc.property(anySeries, (series) => {
      const limits = limitsOf({ series: planned(series), objectives: [MET] });
      expect(limits).toMatchObject({ answer: "met-with-room", findings: [] });
    }),
    { numRuns: 60 },
  );
});

test("whatever was observed, findings are ranked, their shares are shares, and their evidence is in the series", () => {
  fc.assert(
    fc.property(anySeries, (series) => {
      const record = observedRecord({ series: planned(series) });
      const { findings, answer, unjudged } = findLimits(record)!;
      const shares = findings.map(({ share }) => share);
      expect(shares).toEqual(shares.toSorted((one, other) => other - one));
      for (const { share, evidence, rule, spans = [], firstAtMs, lastAtMs } of findings) {
        expect(share).toBeGreaterThan(0);
        expect(share).toBeLessThanOrEqual(1);
        expect(evidence.length).toBeGreaterThan(0);
        expect(unjudged.map((each) => each.rule)).not.toContain(rule);
        const bounds = spans.flat();
        expect(bounds).toEqual(bounds.toSorted((one, other) => one - other));
        for (const atMs of [firstAtMs, lastAtMs])
          expect(spans.some(([from, to]) => from <= atMs && atMs <= to)).toBe(true);
        for (const { figure, of, value } of evidence) {
          const found = record.observation?.series.find((each) => each.name === figure && each.of === of);
          if (found !== undefined) expect(found.values).toContain(value);
        }
      }
      expect(answer).toBe(
        findings.length > 0 ? "limited" : unjudged.length > 0 ? "unknown" : "nothing-saturated",
      );
    }),
    { numRuns: 60 },
  );
});

test("what the generator did is never Coder's: it is named first, and its moments are not judged for others", () => {
  const isLate = (index: number): boolean => index >= 10 && index < 20;
  const limits = limitsOf({
    isGeneratorLimited: true,
    window: (index) => ({
      generator: {
        ...{ slipP99Ms: 90, slipMaxMs: 90, lagP99Ms: 3, eventLoopUtilization: 0.9, runQueueShare: 0 },
        limited: isLate(index) ? ["lateness p99 90 ms exceeds 10 ms"] : [],
      },
    }),
    series: {
      "coderd.cpu": { "coder-0": (sample) => (isLate(sample) ? 1 : 0.2) },
      "coderd.cpu-limit": { "coder-0": 1 },
      "database.cpu": { database: (sample) => (isLate(sample) ? 0.2 : 1) },
      "database.cores": { database: 1 },
    },
  });
  expect(limits.findings.map(({ rule }) => rule)).toEqual(["generator", "database-cpu"]);
  expect(limits.sentence).toBe("limited by the load's own generator, then by the CPU of the database");
});

describe("repeated SYNs of the generator's machine, which others use as well", () => {
  const plant = plantOf(7, 5);
  const noise = plannedTogether(healthy(plant), PLANTED["ports"]![0]!(plant));
  const found = (load: PlannedLoad) => limitsOf(load).findings.map(({ rule }) => rule);

  test("are no limit while the load's own connections do not time out", () => {
    expect(limitsOf({ ...noise, measurements: {} })).toMatchObject({ answer: "nothing-saturated" });
  });

  test("leave it open whose they were where connections took as long as a repeat", () => {
    const slow = { ...noise, measurements: {}, phases: { ...noise.phases, "ssh-handshake": 3_000 } };
    expect(limitsOf(slow)).toMatchObject({ answer: "unknown", unjudged: [{ rule: "ports" }] });
  });

  test.each([
    ["coderd-cpu", { "coderd.cpu": { "coder-0": 1.95 } }],
    ["node-cpu", { "node.cpu": { "node-a": 7.8 } }],
  ])("are explained by %s", (rule, series) => {
    expect(found(plannedTogether(noise, { series }))).toEqual([rule]);
  });

  test("are explained by a generator that is late itself", () => {
    const isLate = { generator: { ...QUIET, synRetransmits: 9, limited: ["late"] }, failures: 3 };
    expect(found({ ...noise, isGeneratorLimited: true, window: () => isLate })).toEqual(["generator"]);
  });

  test("are of low confidence where no CPU was seen", () => {
    const { series, ...others } = noise;
    const blind = Object.entries(series ?? {}).filter(([name]) => !/cpu|cores/.test(name));
    expect(limitsOf({ ...others, series: Object.fromEntries(blind) }).findings).toMatchObject([
      { rule: "ports", confidence: "low" },
    ]);
  });

  test("are no limit where the failures came long before", () => {
    const late = (index: number) =>
      index < 3 ? { failures: 3 } : index > 40 ? { generator: { ...QUIET, synRetransmits: 9 } } : {};
    expect(found({ ...noise, window: late })).toEqual([]);
  });
});

test("a generator that has no open files left has not run out of ports", () => {
  const plant = plantOf(7, 5);
  const load = PLANTED["ports"]![1]!(plant);
  const failures = load.measurements!.failures!.map((each) => ({
    ...each,
    example: "no open file is left: connect EMFILE 10.0.0.7:443",
  }));
  expect(limitsOf({ ...healthy(plant), ...load, measurements: { failures } }).findings).toEqual([]);
});

test("a simulated result says so", () => {
  expect(limitsOf({ record: { simulated: true } }).sentence).toMatch(/\(simulated\)$/);
});

test("a pod that waits a moment for its volume has room, and one that waits long lacks the volume", () => {
  const plant = plantOf(5, 0);
  const found = (message: string, lastAtMs: number) =>
    limitsOf({
      ...healthy(plant),
      observation: {
        events: [
          {
            ...{ reason: "FailedScheduling", object: "Pod of workspaces", count: 4, message },
            ...{ firstAtMs: 12_000, lastAtMs },
          },
        ],
      },
    }).findings.map(({ rule }) => rule);
  const unbound = "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind.";
  expect(found(unbound, 15_000)).toEqual([]);
  expect(found(unbound, 45_000)).toEqual(["volume-attach"]);
  expect(found("0/1 nodes are available: 1 node(s) exceed max volume count.", 12_000)).toEqual([
    "volume-attach",
  ]);
  expect(found("0/2 nodes: 1 Insufficient cpu, 1 had volume node affinity conflict.", 15_000)).toEqual([
    "scheduling",
  ]);
});
