import { expect, test } from "vitest";
import { Limiter } from "../../../../harness/tools/time/limiter.ts";

async function peakOf(limit: number, tasks: number): Promise<number> {
  const limiter = new Limiter(limit);
  let running = 0;
  let peak = 0;
  const task = async (): Promise<void> => {
    peak = Math.max(peak, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  };
  await Promise.all(Array.from({ length: tasks }, () => limiter.run(task)));
  return peak;
}

test("no more tasks run at once than the limit, and as many as it allows", async () => {
  expect(await peakOf(3, 20)).toBe(3);
});

test("a limit of 0 runs all at once", async () => {
  expect(await peakOf(0, 20)).toBe(20);
});

test("a task that fails gives its place to the next", async () => {
  const limiter = new Limiter(1);
  await expect(limiter.run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await limiter.run(() => Promise.resolve("next"))).toBe("next");
});
