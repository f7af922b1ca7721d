import { expect, test } from "vitest";
import { farthestApart, isUnsteady } from "../../../../harness/model/record/clocks.ts";
import { ClockWatch, mergeClocks } from "../../../../harness/workload/context/clock-watch.ts";

const START = Date.UTC(2026, 0, 1);

/** One build as a watch sees it that looks every `everyMs`; offsets are of the clocks that stamp it. */
function watched(
  watch: ClockWatch,
  id: string,
  {
    atMs = 0,
    host = "coder-0",
    api = 0,
    starts = 0,
    ends = starts,
    everyMs = 100,
  }: { atMs?: number; host?: string; api?: number; starts?: number; ends?: number; everyMs?: number },
): void {
  const stamp = (ms: number): string => new Date(START + ms).toISOString();
  const [createdMs, startedMs, completedMs] = [atMs + 5, atMs + 2_000, atMs + 7_000];
  const created = { created_at: stamp(createdMs + api), queue_position: 0 };
  watch.created(
    { id, job: { ...created, status: "pending" } },
    { sentMs: START + atMs, answeredMs: START + atMs + 10 },
  );
  for (let nowMs = atMs + everyMs; ; nowMs += everyMs) {
    const isStarted = nowMs >= startedMs;
    const isOver = nowMs >= completedMs;
    const job = {
      ...created,
      status: isOver ? ("succeeded" as const) : isStarted ? ("running" as const) : ("pending" as const),
      ...(isStarted ? { started_at: stamp(startedMs + starts), worker_name: `${host}-3` } : {}),
      ...(isOver ? { completed_at: stamp(completedMs + ends) } : {}),
    };
    watch.looked({ id, job }, { sentMs: START + nowMs, answeredMs: START + nowMs + 4 });
    if (isOver) return;
  }
}

test("clocks that agree are bounded around no difference", () => {
  const watch = new ClockWatch();
  for (let index = 0; index < 40; index++) watched(watch, `b${index}`, { atMs: index * 37 });
  const clocks = watch.result() ?? [];
  expect(clocks.map(({ clock, samples, astray }) => ({ clock, samples, astray }))).toEqual([
    { clock: "api", samples: 40, astray: 0 },
    { clock: "builds on coder-0", samples: 80, astray: 0 },
  ]);
  for (const { offsetMs, uncertaintyMs } of clocks)
    expect(Math.abs(offsetMs)).toBeLessThanOrEqual(uncertaintyMs);
  expect(farthestApart(clocks)).toBeUndefined();
});

test("a wrong clock of the generator moves every clock alike, without a contradiction", () => {
  const watch = new ClockWatch();
  watched(watch, "b", { api: 90_000, starts: 90_000 });
  const clocks = watch.result() ?? [];
  expect(Math.round((clocks[0]?.offsetMs ?? 0) / 1000)).toBe(90);
  expect(farthestApart(clocks)).toBeUndefined();
});

test.each([-3000, 5000, 40_000])(
  "a replica whose clock is %i ms away is reported with its name",
  (starts) => {
    const watch = new ClockWatch();
    for (let index = 0; index < 10; index++) watched(watch, `b${index}`, { starts, host: "coder-7f9" });
    const apart = farthestApart(watch.result() ?? []);
    expect(apart?.other.clock).toBe("builds on coder-7f9");
    expect(apart?.ms).toBeGreaterThan(Math.abs(starts) - 200);
    expect(apart?.ms).toBeLessThanOrEqual(Math.abs(starts));
  },
);

test.each([-20_000, 20_000, 5000])("a clock that steps by %i ms during the builds is not steady", (step) => {
  const watch = new ClockWatch();
  for (let index = 0; index < 30; index++)
    watched(watch, `b${index}`, { atMs: index * 10, starts: index < 20 ? 0 : step, ends: step });
  const builds = watch.result()?.find(({ clock }) => clock.startsWith("builds"));
  expect(builds?.samples).toBe(60);
  expect(builds && isUnsteady(builds)).toBe(true);
});

test("one late stamp of a server that stood still is not a clock that was set", () => {
  const watch = new ClockWatch();
  for (let index = 0; index < 30; index++) watched(watch, `b${index}`, { atMs: index * 10 });
  watched(watch, "late", { ends: -6000 });
  expect((watch.result() ?? []).some(isUnsteady)).toBe(false);
});

test("parts of a load that saw the same clock know it better together; if they contradict, it is not steady", () => {
  const clock = { clock: "api", samples: 20, astray: 0 };
  const [one, other] = [
    { ...clock, offsetMs: 0, uncertaintyMs: 10 },
    { ...clock, offsetMs: 15, uncertaintyMs: 10 },
  ];
  expect(mergeClocks([one, other])).toEqual([
    { clock: "api", samples: 40, offsetMs: 7.5, uncertaintyMs: 2.5, astray: 0 },
  ]);
  const [apart] = mergeClocks([one, { ...other, offsetMs: 9000 }]);
  expect(apart && isUnsteady(apart)).toBe(true);
});
