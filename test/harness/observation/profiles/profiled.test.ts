import { expect, test } from "vitest";
import { profiled, type ProfileServers } from "../../../../harness/observation/profiles/profiled.ts";
import type { FigureSource, Findings } from "../../../../harness/observation/source.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { cpuProfile } from "./cpu-profile.ts";

const { signal } = new AbortController();

type Ask = ProfileServers["ask"];

/** Answers each profile with a function that is named after its number. */
function answering(): { readonly ask: Ask; readonly asked: string[] } {
  const asked: string[] = [];
  const ask: Ask = (of, path) => {
    asked.push(`${of} ${path}`);
    if (path.includes("goroutine")) return Promise.resolve(Buffer.from("goroutine profile: total 50\n"));
    const number = asked.filter((each) => each.startsWith(of) && each.includes("profile?")).length;
    return Promise.resolve(cpuProfile([{ stack: [`peak ${number}`], milliseconds: 100 }]));
  };
  return { ask, asked };
}

/** Observes replicas whose CPU is these values, one for each sample of 5 seconds; undefined has no value. */
async function observing(
  cpu: Readonly<Record<string, readonly (number | undefined)[]>>,
  ask: Ask,
  end = signal,
): Promise<Findings> {
  const clock = fakeClock();
  let index = 0;
  const source: FigureSource = {
    what: "metrics",
    read: () => {
      const samples = Object.entries(cpu).flatMap(([of, values]) => {
        const value = values[index];
        return value === undefined ? [] : [{ series: "coderd.cpu" as const, of, value }];
      });
      index++;
      return Promise.resolve({ samples, questions: 1, bytes: 10 });
    },
    findings: () => Promise.resolve({ unseen: [{ what: "own", why: "known" }], questions: 2, bytes: 20 }),
  };
  const whole = profiled(source, { ask }, clock);
  for (let sample = 0; sample < Math.max(...Object.values(cpu).map(({ length }) => length)); sample++) {
    await whole.read(signal);
    // It waits for the profile that runs, which is long complete when the next sample is due.
    if (end === signal) await whole.findings?.(0, end);
    clock.advance(5_000);
  }
  return (await whole.findings?.(0, end)) ?? {};
}

test("the last profile is that of the highest CPU, with its time, its functions and its goroutines", async () => {
  const { ask, asked } = answering();
  const found = await observing({ "coder-1": [undefined, 0.3, 0.4, 1, 0.5] }, ask);
  expect(found.profiles).toEqual([
    { of: "coder-1", atMs: 15_000, goroutines: 50, cpu: [{ function: "peak 2", share: 1 }] },
  ]);
  expect(asked).toHaveLength(4);
  expect(asked[1]).toBe("coder-1 /debug/pprof/profile?seconds=3");
});

test("the first sample takes none, nor does a replica with little to do, and the record says so", async () => {
  const { ask, asked } = answering();
  const found = await observing({ "coder-1": [2, 0.05, 0.09] }, ask);
  expect(asked).toEqual([]);
  expect(found.profiles).toEqual([]);
  expect(found.unseen).toContainEqual({
    what: "profile of coder-1",
    why: "its CPU was never 0.1 cores: nothing to explain",
  });
});

test("each replica is asked for three at most, however its CPU grows", async () => {
  const { ask, asked } = answering();
  const growing = [undefined, 0.2, 0.4, 0.8, 1.6, 3.2];
  const found = await observing({ "coder-1": growing, "coder-2": growing }, ask);
  for (const of of ["coder-1", "coder-2"])
    expect(asked.filter((each) => each.startsWith(of) && each.includes("profile?"))).toHaveLength(3);
  expect(found.profiles?.map(({ of, cpu }) => [of, cpu?.[0]?.function])).toEqual([
    ["coder-1", "peak 3"],
    ["coder-2", "peak 3"],
  ]);
  expect(found.unseen).toContainEqual({
    what: "profile of coder-1 at its peak",
    why: "its last of 3 profiles began at 0.8 cores, and its highest CPU was 3.2",
  });
});

test("what profiles cost is counted, with what the source itself found", async () => {
  const { ask } = answering();
  const found = await observing({ "coder-1": [undefined, 1] }, ask);
  expect(found.questions).toBe(2 + 2);
  expect(found.bytes).toBeGreaterThan(20 + 28);
  expect(found.unseen).toEqual([{ what: "own", why: "known" }]);
});

test("a failed profile is listed with its reason, and an earlier one is kept", async () => {
  const { ask } = answering();
  let questions = 0;
  const failing: Ask = (...question) =>
    ++questions > 2 ? Promise.reject(new Error("set a setting")) : ask(...question);
  const found = await observing({ "coder-1": [undefined, 0.3, 2] }, failing);
  expect(found.profiles?.[0]?.cpu?.[0]?.function).toBe("peak 1");
  expect(found.unseen).toContainEqual({ what: "profile of coder-1", why: "set a setting" });
});

test("readings do not wait for a profile, and one that hangs ends with the findings' time", async () => {
  const hanging: Ask = (_of, _path, limits) =>
    new Promise((_resolve, reject) => {
      limits.signal.addEventListener("abort", () => reject(limits.signal.reason as Error));
    });
  const end = AbortSignal.timeout(50);
  const found = await observing({ "coder-1": [undefined, 1, 5, 9] }, hanging, end);
  expect(found.profiles).toEqual([]);
  expect(found.unseen).toContainEqual(expect.objectContaining({ what: "profile of coder-1" }));
});
