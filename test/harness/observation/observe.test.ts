import { expect, test } from "vitest";
import { observe } from "../../../harness/observation/observe.ts";
import type { FigureSource, Reading } from "../../../harness/observation/source.ts";
import type { Observation } from "../../../harness/model/observation/observation.ts";
import { fakeClock } from "../../support/fake-clock.ts";

function reading(value: number): Reading {
  return { samples: [{ series: "coderd.cpu", of: "c", value }], questions: 1, bytes: 10 };
}

/** Observes until the source was read so often. */
async function observeFor(times: number, read: (index: number) => Promise<Reading>): Promise<Observation> {
  let index = 0;
  let done: () => void;
  const enough = new Promise<void>((resolve) => (done = resolve));
  const source: FigureSource = {
    what: "metrics of c",
    read: () => {
      if (index === times - 1) done();
      return read(index++);
    },
  };
  const observing = observe([source], { clock: fakeClock(), everyMs: 5_000 });
  await enough;
  return observing.stop();
}

test("a sample that failed is null, and its reason is counted", async () => {
  const seen = await observeFor(3, (index) =>
    index === 1 ? Promise.reject(new Error("status 503")) : Promise.resolve(reading(index)),
  );
  expect(seen.samples).toBe(3);
  expect(seen.series).toEqual([{ name: "coderd.cpu", of: "c", values: [0, null, 2] }]);
  expect(seen.unseen).toEqual([{ what: "metrics of c", why: "status 503", samples: 1 }]);
  expect(seen.cost).toMatchObject({ questions: 2, bytes: 20 });
});

test("a source that never answers is asked once, and its samples say why they lack", async () => {
  const clock = fakeClock();
  let asked = 0;
  const hanging: FigureSource = {
    what: "hanging",
    read: () => {
      asked++;
      return new Promise(() => undefined);
    },
  };
  let reads = 0;
  let done: () => void;
  const enough = new Promise<void>((resolve) => (done = resolve));
  const healthy: FigureSource = {
    what: "healthy",
    read: () => {
      if (++reads === 4) done();
      return Promise.resolve(reading(reads));
    },
  };
  const observing = observe([hanging, healthy], { clock, everyMs: 1_000 });
  await enough;
  const seen = await observing.stop();
  expect(asked).toBe(1);
  expect(seen.series[0]?.values.filter((value) => value !== null)).toHaveLength(4);
  expect(seen.unseen).toContainEqual(
    expect.objectContaining({ what: "hanging", why: "it still answers an earlier question" }),
  );
});

test("a long load has no more than 720 samples: neighbours become their mean", async () => {
  const seen = await observeFor(721, (index) => Promise.resolve(reading(index)));
  expect(seen.everyMs).toBe(10_000);
  expect(seen.samples).toBe(361);
  expect(seen.series[0]?.values.slice(0, 3)).toEqual([0.5, 2.5, 4.5]);
});

test("more than 400 series are not kept, which is said; what is not a number is none", async () => {
  const samples = Array.from({ length: 450 }, (_, index) => ({
    ...{ series: "node.cpu" as const, of: `n${index}`, value: index === 0 ? NaN : 1 },
  }));
  const seen = await observeFor(1, () => Promise.resolve({ samples, questions: 1, bytes: 1 }));
  expect(seen.series).toHaveLength(400);
  expect(seen.series.map(({ of }) => of)).not.toContain("n0");
  expect(seen.unseen).toContainEqual(expect.objectContaining({ what: "series" }));
});
