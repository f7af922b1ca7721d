import { expect, test } from "vitest";
import { OutOfReach } from "../../../../harness/workload/remote/out-of-reach.ts";
import { Patience } from "../../../../harness/workload/remote/patience.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const never = new AbortController().signal;

function start() {
  const clock = fakeClock(0);
  const notes: string[] = [];
  const patience = new Patience({
    name: "runner",
    clock,
    readyMs: 60_000,
    lostMs: 10_000,
    onNote: (message) => notes.push(message),
  });
  const wait = (reason = "no answer"): Promise<void> => patience.waitAfter(new OutOfReach(reason), never);
  return { clock, notes, patience, wait };
}

test("pauses grow to a quarter of a minute and end when the time for a first answer is over", async () => {
  const { clock, wait } = start();
  const times: number[] = [];
  for (let tries = 0; tries < 7; tries += 1) {
    await wait();
    times.push(clock.now());
  }
  expect(times).toEqual([1000, 3000, 7000, 15_000, 30_000, 45_000, 60_000]);
  await expect(wait()).rejects.toMatchObject({
    code: "infrastructure",
    message: "runner could not be reached for 60 s, since 00:00:00 UTC: no answer",
  });
});

test("once it was reached, the shorter time counts from the last answer", async () => {
  const { clock, patience, wait } = start();
  await wait();
  clock.advance(40_000);
  patience.wasReached();
  clock.advance(9000);
  await wait();
  await expect(wait()).rejects.toMatchObject({
    message: "runner could not be reached for 10 s, since 00:00:41 UTC: no answer",
  });
});

test("a reason is reported once, until it changes or the runner answers", async () => {
  const { notes, patience, wait } = start();
  for (const reason of ["no answer", "no answer", "no Node"]) await wait(reason);
  patience.wasReached();
  await wait("no Node");
  expect(notes).toEqual(["no answer", "no Node", "no Node"].map((reason) => `waiting for runner: ${reason}`));
});
