import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readCpuProfile, readGoroutines } from "../../../../harness/observation/profiles/read-profile.ts";
import { cpuProfile } from "./cpu-profile.ts";

test("a function has the share of CPU that it used itself, not what it called", async () => {
  const profile = cpuProfile([
    { stack: ["json.Marshal", "http.Serve"], milliseconds: 600 },
    { stack: ["syscall.Write", "json.Marshal", "http.Serve"], milliseconds: 300 },
    { stack: ["json.Marshal", "main"], milliseconds: 100 },
  ]);
  expect(await readCpuProfile(profile)).toEqual([
    { function: "json.Marshal", share: 0.7 },
    { function: "syscall.Write", share: 0.3 },
  ]);
});

test("ten functions are kept, those with most CPU first, and shares are of the whole profile", async () => {
  const stacks = Array.from({ length: 20 }, (_, index) => ({
    stack: [`f${index}`],
    milliseconds: index + 1,
  }));
  const found = await readCpuProfile(cpuProfile(stacks));
  expect(found.map((each) => each.function)).toEqual(
    stacks
      .slice(10)
      .map(({ stack }) => stack[0])
      .reverse(),
  );
  expect(found[0]?.share).toBeCloseTo(20 / 210, 4);
});

test("an idle server's profile has no functions", async () => {
  expect(await readCpuProfile(cpuProfile([]))).toEqual([]);
});

test.each([
  ["of something else", cpuProfile([], "inuse_space")],
  ["a page", Buffer.from("<html>")],
  ["cut", cpuProfile([{ stack: ["f"], milliseconds: 10 }]).subarray(0, 30)],
  ["without a table", gzipSync(Buffer.alloc(0))],
])("an answer that is %s is refused", async (_, bytes) => {
  await expect(readCpuProfile(bytes)).rejects.toThrow();
});

test("goroutines are counted by the first line", () => {
  expect(readGoroutines(Buffer.from("goroutine profile: total 1234\n9 @ 0x1"))).toBe(1234);
  expect(() => readGoroutines(Buffer.from("404 page not found"))).toThrow("not a profile of goroutines");
});
