import { expect, test } from "vitest";
import { nightsOf } from "../../../../../harness/results/nights/night.ts";
import { seriesOf } from "../../../../../harness/results/page/nights/series.ts";
import { syntheticNights, type SyntheticNights } from "../../../../support/results/synthetic-nights.ts";

const nights = (wish: SyntheticNights) =>
  nightsOf(syntheticNights({ planted: {}, count: 6, nextPlatform: 9, ...wish })).toReversed();
const reset = (date: string) => ({ architecture: "gke", size: "100", date, reason: "another image" });

test("nights of one platform are one series", () => {
  expect(seriesOf(nights({}), [])).toEqual({
    series: [{ day: "2026-11-17", began: "first", why: [] }],
    ofNight: [0, 0, 0, 0, 0, 0],
  });
});

test("another platform begins a series, and the difference is named", () => {
  const { series, ofNight } = seriesOf(nights({ nextPlatform: 4 }), []);
  expect(ofNight).toEqual([0, 0, 0, 0, 1, 1]);
  expect(series[1]).toEqual({
    day: "2026-11-21",
    began: "platform",
    why: ["Kubernetes: 1.33.5 → 1.34.1"],
  });
});

test("a night that measured nothing begins no series, and ends none", () => {
  for (const failed of [0, 2, 5])
    expect(seriesOf(nights({ planted: { [failed]: "no-quota" } }), []).ofNight).toEqual([0, 0, 0, 0, 0, 0]);
});

test("a reset begins a series with the first night that was measured from it on, with its reason", () => {
  const { series, ofNight } = seriesOf(nights({ planted: { 3: "no-quota" } }), [reset("2026-11-20")]);
  expect(ofNight).toEqual([0, 0, 0, 0, 1, 1]);
  expect(series[1]).toEqual({ day: "2026-11-21", began: "reset", why: ["another image"] });
});
