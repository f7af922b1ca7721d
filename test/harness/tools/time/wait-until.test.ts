import { expect, test } from "vitest";
import { waitUntil } from "../../../../harness/tools/time/wait-until.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

test("returns the first answer that is not undefined", async () => {
  const clock = fakeClock();
  let asked = 0;
  const answer = await waitUntil(() => ((asked += 1) === 3 ? asked : undefined), { clock, everyMs: 100 });
  expect([answer, clock.elapsed()]).toEqual([3, 200]);
});

test("asks once even without time, and a last time when the time has passed", async () => {
  const clock = fakeClock();
  const askedAt: number[] = [];
  const ask = (): undefined => {
    askedAt.push(clock.elapsed());
  };
  const ends: unknown[] = [];
  for (const forMs of [0, 200]) ends.push(await waitUntil<string>(ask, { clock, everyMs: 100, forMs }));
  expect(ends).toEqual([undefined, undefined]);
  expect(askedAt).toEqual([0, 0, 100, 200]);
});

test("an abort ends the wait with its reason", async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const ask = (): undefined => {
    stop.abort(new Error("stopped"));
  };
  await expect(waitUntil(ask, { clock, everyMs: 100, signal: stop.signal })).rejects.toThrow("stopped");
});
