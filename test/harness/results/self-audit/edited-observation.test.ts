import { expect, test } from "vitest";
import { healthy, PLANTED } from "../../../../bench/limits/planted.ts";
import { plannedTogether } from "../../../../bench/limits/trials.ts";
import { MEASURING_METHOD, recordSchema, type RunRecord } from "../../../../harness/model/record/record.ts";
import { assess } from "../../../../harness/results/assess.ts";
import { selfAudit } from "../../../../harness/results/self-audit/self-audit.ts";
import { seededRandom } from "../../../../harness/tools/seeded-random.ts";
import { observedRecord } from "../../../support/results/observed-record.ts";

/** The rules for what was observed; the other figures of this record are invented. */
const OWN: ReadonlySet<string> = new Set([
  ...["observation-is-possible", "parts-fit-the-whole", "limits-have-evidence", "claims-follow-from-series"],
]);

const record = ((): RunRecord => {
  const plant = { random: seededRandom(11), samples: 40, from: 4, to: 16 };
  const planned = observedRecord(
    ["coderd-cpu", "provisioner-capacity", "downloads", "scheduling"].reduce(
      (load, rule) => plannedTogether(load, PLANTED[rule]?.[0]?.(plant) ?? {}),
      healthy(plant),
    ),
  );
  const observed = { ...planned, provenance: { ...planned.provenance, method: MEASURING_METHOD } };
  return recordSchema.parse({ ...observed, ...assess(observed) });
})();
const brokenBy = (of: RunRecord) => selfAudit(of).filter(({ rule }) => OWN.has(rule));

test("a record as it was observed keeps every rule", () => {
  expect(record.limits?.findings.map(({ rule }) => rule).toSorted()).toEqual([
    ...["coderd-cpu", "downloads", "scheduling"],
  ]);
  expect(brokenBy(record)).toEqual([]);
});

/** What nothing else in a record confirms, with why. */
const FREE: Readonly<Record<string, string>> = {
  "observation.series.*.values.*": "one sample of a range; percentiles and rules use few of them",
  "observation.unseen.*.samples": "at most all samples",
  "observation.cost.cpuSeconds": "seen once, by the observing process itself",
  "observation.cost.maxRssMib": "seen once, by the observing process itself",
  "observation.cost.questions": "seen once, by the observing process itself",
  "observation.cost.bytes": "seen once, by the observing process itself",
  "observation.cost.meanMs": "at most the longest",
  "observation.cost.maxMs": "at least the mean",
  "observation.events.*.count": "the cluster's own count, except where a limit names it",
  "observation.events.*.firstAtMs": "the cluster's own stamp, except where a limit names it",
  "observation.events.*.lastAtMs": "the cluster's own stamp",
};
const EDITS: readonly ((value: number) => number)[] = [
  (value) => value + 1,
  (value) => value * 2,
  (value) => value / 2,
  (value) => -value - 1,
];

test("an edit of a limit, a claim, or the grid is noticed", () => {
  const unseen = new Set<string>();
  for (const part of ["observation", "limits", "claims"] as const)
    for (const path of numbersIn(record[part], [part])) {
      const kind = path.map((key) => (/^\d+$/.test(key) ? "*" : key)).join(".");
      if (Object.hasOwn(FREE, kind)) continue;
      for (const edit of EDITS) if (!isSeen(path, edit)) unseen.add(path.join("."));
    }
  expect([...unseen]).toEqual([]);
}, 120_000);

test.each<readonly [string, string, (edited: RunRecord) => void]>([
  [
    "a share above 1",
    "observation-is-possible",
    ({ observation }) => (find(observation, "container.throttled").values[3] = 1.2),
  ],
  [
    "a negative value",
    "observation-is-possible",
    ({ observation }) => (find(observation, "coderd.cpu").values[3] = -0.1),
  ],
  [
    "a missing sample",
    "observation-is-possible",
    ({ observation }) => find(observation, "coderd.cpu").values.pop(),
  ],
  [
    "a series twice",
    "observation-is-possible",
    ({ observation }) => observation!.series.push(observation!.series[0]!),
  ],
  [
    "more cores than a node has",
    "parts-fit-the-whole",
    ({ observation }) => (find(observation, "node.cpu").values[3] = 9),
  ],
  ["another answer", "limits-have-evidence", ({ limits }) => (limits!.answer = "met-with-room")],
  ["another sentence", "limits-have-evidence", ({ limits }) => (limits!.sentence = "limited by the weather")],
  [
    "a stretch that goes on for longer",
    "limits-have-evidence",
    ({ limits }) => (limits!.findings[0]!.spans!.at(-1)![1] += 5_000),
  ],
  [
    "a stretch twice",
    "limits-have-evidence",
    ({ limits }) => limits!.findings[0]!.spans!.push(limits!.findings[0]!.spans!.at(-1)!),
  ],
  ["stretches that are missing", "limits-have-evidence", ({ limits }) => (limits!.findings[0]!.spans = [])],
  ["a limit without evidence", "limits-have-evidence", ({ limits }) => (limits!.findings[0]!.evidence = [])],
  [
    "a claim that agrees although it does not",
    "claims-follow-from-series",
    ({ claims }) => {
      const published = claims!
        .flatMap((claim) => claim.published)
        .find(({ agrees }) => agrees !== undefined)!;
      published.agrees = !published.agrees!;
    },
  ],
])("%s breaks %s", (_, rule, edit) => {
  const edited = structuredClone(record);
  edit(edited);
  expect(brokenBy(edited).map((broken) => broken.rule)).toContain(rule);
});

function find(observation: RunRecord["observation"], name: string) {
  return observation!.series.find((series) => series.name === name)!;
}

function isSeen(path: readonly string[], edit: (value: number) => number): boolean {
  const edited = { ...record, [path[0] ?? ""]: structuredClone(record[path[0] as "limits"]) };
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], edited);
  const figures = parent as Record<string, number>;
  const key = path.at(-1) ?? "";
  const before = figures[key] ?? 0;
  figures[key] = edit(before);
  if (figures[key] === before || !recordSchema.safeParse(edited).success) return true;
  return brokenBy(edited).length > 0;
}

function numbersIn(value: unknown, path: readonly string[]): (readonly string[])[] {
  if (typeof value === "number") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => numbersIn(each, [...path, key]));
}
