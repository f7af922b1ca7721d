import { expect, test } from "vitest";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import type { LoadRunner } from "../../../../harness/model/ports/worker.ts";
import type { LoadTask } from "../../../../harness/model/ports/worker-task.ts";
import { findLimit } from "../../../../harness/workload/limit-search/limit-search.ts";
import type { LimitOptions } from "../../../../harness/workload/limit-search/limit.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { loadResultOf } from "../../../support/results/load-result.ts";
import { loadTaskFor } from "../../../support/command/load-task.ts";

const task = loadTaskFor({ url: "http://127.0.0.1:1", token: "t" });
const BROKE = "p95 of the terminal's first byte is too long";

/** A deployment that holds this much and no more, and a generator that carries this much and no more. */
function planted(
  limit: number,
  { generator = Infinity, capacity = 30 } = {},
): LoadRunner & { readonly loads: number[]; readonly tasks: LoadTask[] } {
  const loads: number[] = [];
  const tasks: LoadTask[] = [];
  return {
    loads,
    tasks,
    load: (loadTask) => {
      const load = loadTask.arrival?.[0]?.perSecond ?? loadTask.connections.total;
      loads.push(load);
      tasks.push(loadTask);
      const reasons = load > generator ? ["event-loop utilization 0.95 exceeds 0.8"] : [];
      return Promise.resolve({
        ...loadResultOf({
          connections: { lost: load > limit ? 1 : 0 },
          generator: { limited: reasons.length > 0, reasons },
          builds: { capacity, peakRunning: Math.min(capacity, Math.ceil(load)) },
        }),
      });
    },
  };
}

function optionsFor(runner: LoadRunner, overrides: Partial<LimitOptions> = {}): LimitOptions {
  return {
    ...{ runner, task, from: 100, upTo: 100_000, resolution: 50, clock: fakeClock() },
    judge: ({ connections }) => (connections.lost > 0 ? [BROKE] : []),
    signal: new AbortController().signal,
    ...overrides,
  };
}

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

test("the answer is never above the planted limit and within one resolution below it, confirmed on both sides", async () => {
  const random = numbers(7);
  for (let round = 0; round < 200; round++) {
    const [a, b, c] = [random.next().value, random.next().value, random.next().value] as [
      number,
      number,
      number,
    ];
    const from = 1 + Math.floor(a * 500);
    const resolution = 1 + Math.floor(b * 40);
    const limit = from + Math.floor(c * 40_000);
    const runner = planted(limit);
    const maxSteps = 60;
    const found = await findLimit(
      "connections",
      optionsFor(runner, { from, resolution, factor: 1.2 + b * 2, maxSteps }),
    );
    expect(found, `limit ${limit} from ${from} by ${resolution}`).toMatchObject({
      ended: "found",
      isConfirmed: true,
      reasons: [BROKE],
    });
    expect(found.limit).toBeLessThanOrEqual(limit);
    expect(found.limit).toBeGreaterThan(limit - resolution);
    expect(runner.loads.filter((load) => load === found.limit)).toHaveLength(2);
    expect(found.steps).toHaveLength(runner.loads.length);
  }
});

test("arrival rates are found to a fraction", async () => {
  const runner = planted(7.3);
  const found = await findLimit("arrival-rate", optionsFor(runner, { from: 1, upTo: 50, resolution: 0.25 }));
  expect(found).toMatchObject({ limit: 7.25, ended: "found", isConfirmed: true });
});

test("no search tries more than allowed, and its result still held", async () => {
  for (const maxSteps of [1, 2, 3, 5, 8, 11]) {
    const runner = planted(7_777);
    const found = await findLimit("connections", optionsFor(runner, { maxSteps, resolution: 1 }));
    expect(runner.loads.length).toBeLessThanOrEqual(maxSteps);
    expect(found).toMatchObject({ ended: "out-of-steps", isConfirmed: false });
    expect(found.limit).toBeLessThanOrEqual(7_777);
    expect(runner.loads).toContain(found.limit);
  }
});

test("no step begins after the time is up", async () => {
  const clock = fakeClock();
  const runner = planted(7_777);
  const slow: LoadRunner = {
    load: (...call) => {
      clock.advance(60_000);
      return runner.load(...call);
    },
  };
  const found = await findLimit("connections", optionsFor(slow, { clock, maxMs: 150_000 }));
  expect(found).toMatchObject({ ended: "out-of-time", limit: 400 });
  expect(runner.loads).toHaveLength(3);
});

test("a generator that is the limit is named instead of Coder", async () => {
  const runner = planted(Infinity, { generator: 1_000 });
  const found = await findLimit("connections", optionsFor(runner));
  expect(found).toMatchObject({ ended: "generator-limited", limit: 1_000, isConfirmed: true });
  expect(found.reasons).toEqual(["event-loop utilization 0.95 exceeds 0.8"]);
  expect(found.notes.join()).toContain("the generator was the limit; Coder's limit is not known");
});

test("a generator that is too small for the first load finds no limit, and reports itself as the limit", async () => {
  const found = await findLimit("connections", optionsFor(planted(Infinity, { generator: 50 })));
  expect(found).toMatchObject({ ended: "generator-limited", isConfirmed: false });
  expect(found.limit).toBeUndefined();
  expect(found.notes.join()).toContain("the generator was the limit; Coder's limit is not known");
});

test("an objective that breaks below the generator's limit is the limit", async () => {
  const found = await findLimit("connections", optionsFor(planted(900, { generator: 1_000 })));
  expect(found).toMatchObject({ ended: "found", limit: 900, reasons: [BROKE] });
});

test("without a load that passes there is no limit, and without one that breaks the largest is confirmed", async () => {
  const below = await findLimit("connections", optionsFor(planted(99)));
  expect(below).toMatchObject({ ended: "below-first", isConfirmed: true });
  expect(below.limit).toBeUndefined();
  const above = await findLimit("connections", optionsFor(planted(Infinity), { upTo: 450 }));
  expect(above).toMatchObject({ ended: "not-reached", limit: 450, isConfirmed: true });
});

test("a limit that holds once and breaks once is replaced by a lower one", async () => {
  const runner = planted(Infinity);
  const seen = new Map<number, number>();
  const flaky = optionsFor(runner, {
    upTo: 3_200,
    judge: () => {
      const load = runner.loads.at(-1) ?? 0;
      seen.set(load, (seen.get(load) ?? 0) + 1);
      return load > 1_000 || (load === 1_000 && (seen.get(load) ?? 0) > 1) ? [BROKE] : [];
    },
  });
  const found = await findLimit("connections", flaky);
  expect(found).toMatchObject({ ended: "found", limit: 950, isConfirmed: false });
  expect(found.notes.join()).toContain("the limit is not sharp");
});

/** The first try of each of these loads breaks by something that does not come again. */
function hiccups(
  limit: number,
  at: readonly number[],
): Partial<LimitOptions> & { readonly runner: LoadRunner } {
  const runner = planted(limit);
  const left = new Set(at);
  const judge = (): string[] => {
    const load = runner.loads.at(-1) ?? 0;
    return left.delete(load) || load > limit ? [BROKE] : [];
  };
  return { runner, judge };
}

test("a first load that broke in one slow moment is tried until two of three agree, and the search continues", async () => {
  const { runner, ...over } = hiccups(450, [100]);
  const found = await findLimit("connections", optionsFor(runner, over));
  expect(found).toMatchObject({ ended: "found", limit: 450, isConfirmed: true });
  expect(found.steps.slice(0, 4).map(({ load, purpose, outcome }) => [load, purpose, outcome])).toEqual([
    [100, "raise", "broken"],
    [100, "above", "within"],
    [100, "settle", "within"],
    [200, "raise", "within"],
  ]);
});

test("a slow moment on the way up is not a limit", async () => {
  const { runner, ...over } = hiccups(1_000, [400]);
  const found = await findLimit("connections", optionsFor(runner, { ...over, maxSteps: 40 }));
  expect(found).toMatchObject({ ended: "found", limit: 1_000, isConfirmed: true });
});

test("a limit that broke in one try of three is reported as not confirmed", async () => {
  const { runner, ...over } = hiccups(400, [400]);
  const found = await findLimit("connections", optionsFor(runner, { ...over, upTo: 400 }));
  expect(found).toMatchObject({ ended: "not-reached", limit: 400, isConfirmed: false });
  expect(found.notes.join()).toContain("within the objectives in 2 of 3 tries: the limit is not sharp");
});

test("if even the first load breaks, the search reports what to do", async () => {
  const found = await findLimit("connections", optionsFor(planted(99)));
  expect(found.notes.join()).toContain("is below 100 connections, the first load: start lower");
});

test("a stopped search continues where it was, and runs no step twice", async () => {
  const stop = new AbortController();
  const runner = planted(2_345);
  const first = await findLimit(
    "connections",
    optionsFor(runner, {
      signal: stop.signal,
      onStep: () => {
        if (runner.loads.length === 4) stop.abort(new Error("Ctrl-C"));
      },
    }),
  );
  expect(first).toMatchObject({ ended: "stopped", limit: 800 });
  const rest = planted(2_345);
  const resumed = await findLimit("connections", optionsFor(rest, { known: first.steps }));
  const whole = await findLimit("connections", optionsFor(planted(2_345)));
  expect(resumed.limit).toBe(whole.limit);
  expect([...runner.loads, ...rest.loads]).toEqual(whole.steps.map(({ load }) => load));
});

test("a step that is stopped in the middle does not count", async () => {
  const stop = new AbortController();
  const runner: LoadRunner = {
    load: () => {
      stop.abort(new Error("Ctrl-C"));
      return Promise.resolve({ ...loadResultOf({}), stopped: true });
    },
  };
  const found = await findLimit("connections", optionsFor(runner, { signal: stop.signal }));
  expect(found).toMatchObject({ ended: "stopped", steps: [] });
});

test("a Coder that breaks down under a load has met its limit, one that never answered is an error", async () => {
  const runner = planted(Infinity);
  const dying: LoadRunner = {
    load: async (...call) => {
      const result = await runner.load(...call);
      if ((runner.loads.at(-1) ?? 0) > 300) throw new RefbenchError("coder", "no answer for 60 s");
      return result;
    },
  };
  const found = await findLimit("connections", optionsFor(dying));
  expect(found).toMatchObject({ ended: "found", limit: 300 });
  expect(found.reasons[0]).toContain("no answer for 60 s");
  await expect(findLimit("connections", optionsFor(dying, { from: 400 }))).rejects.toThrow("no answer");
});

test("the search reports that builds do not rise beyond the daemons", async () => {
  const found = await findLimit(
    "arrival-rate",
    optionsFor(planted(40, { capacity: 30 }), { from: 10, upTo: 100, resolution: 10 }),
  );
  expect(found.notes.join()).toContain("at most 30 builds run at once, one per deployed provisioner daemon");
});

test("each step of arrivals lasts as long, with as many workspaces a user, under separate names", async () => {
  const runner = planted(40);
  const options = { from: 10, upTo: 100, resolution: 10, arrivalSeconds: 30 };
  await findLimit("arrival-rate", optionsFor(runner, options));
  expect(runner.tasks[0]).toMatchObject({ workspaces: 300, users: 150 });
  expect(runner.tasks[0]?.arrival).toEqual([{ perSecond: 10, seconds: 30 }]);
  expect(new Set(runner.tasks.map(({ prefix }) => prefix)).size).toBe(runner.tasks.length);
});

test("commands rise with the connections that carry them", async () => {
  const runner = planted(150);
  await findLimit("connections", optionsFor(runner));
  for (const { connections } of runner.tasks)
    expect(connections.commandsPerSecond / connections.total).toBeCloseTo(
      task.connections.commandsPerSecond / task.connections.total,
    );
});

test.each([
  ["a first load of none", { from: 0 }],
  ["half a connection", { from: 1.5 }],
  ["an end before its beginning", { upTo: 99 }],
  ["a factor that does not raise", { factor: 1 }],
])("%s is refused", async (_name, overrides) => {
  await expect(findLimit("connections", optionsFor(planted(1), overrides))).rejects.toMatchObject({
    code: "usage",
  });
});

test("a load that the generator's machine cannot carry is not a limit of Coder, wherever it is refused", async () => {
  const carried = planted(100_000);
  const refusing: LoadRunner = {
    load: (asked, options) =>
      asked.connections.total > 400
        ? Promise.reject(new RefbenchError("generator", "it needs 464 open files and has 300"))
        : carried.load(asked, options),
  };
  const found = await findLimit("connections", optionsFor(refusing, { upTo: 2000 }));
  expect(found).toMatchObject({ ended: "generator-limited", limit: 400 });
  expect(found.reasons).toEqual(["it needs 464 open files and has 300"]);
  expect(found.steps.filter(({ outcome }) => outcome === "broken")).toEqual([]);
  expect(found.notes.join()).toContain("the generator was the limit; Coder's limit is not known");
  // Nothing was measured at all where already the first one is refused.
  const first = findLimit("connections", optionsFor(refusing, { from: 500, upTo: 2000 }));
  await expect(first).rejects.toMatchObject({ code: "generator" });
});
