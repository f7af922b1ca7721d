import { RefbenchError } from "../../../harness/tools/error.ts";
import { playFakePoint } from "./point.ts";
import {
  cleanSchedule,
  RUN_KINDS,
  scheduleOf,
  type Boundaries,
  type RunKind,
  type Schedule,
} from "./schedule.ts";
import { breachesOf } from "../laws.ts";
import type { PointResult } from "../point-result.ts";
import { randomOf } from "../random.ts";

/** Every fifth point is one in which nothing goes wrong. */
const CLEAN_EVERY = 5;

/** The seed of a fake point says all about it: campaign seed, kind of run, number. */
export function fakeSeeds(seed: string, points: number): readonly string[] {
  return Array.from({ length: points }, (_, index) => {
    const kind = RUN_KINDS[index % RUN_KINDS.length]!;
    const number = Math.floor(index / RUN_KINDS.length);
    return `fake:${seed}:${kind}:${number % CLEAN_EVERY === CLEAN_EVERY - 1 ? "clean" : "chaos"}:${number}`;
  });
}

/** The boundaries of an undisturbed run of each kind, so that a fate can strike at each of them. */
export async function countBoundaries(): Promise<Readonly<Record<RunKind, Boundaries>>> {
  const counted = await Promise.all(
    RUN_KINDS.map(async (kind) => {
      const { boundaries } = await playFakePoint(cleanSchedule(randomOf(kind), kind));
      return [kind, boundaries] as const;
    }),
  );
  return Object.fromEntries(counted) as Record<RunKind, Boundaries>;
}

/** Returns the schedule that a fake point's seed generates. */
export function fakeSchedule(seed: string, boundaries: Readonly<Record<RunKind, Boundaries>>): Schedule {
  const [, , kind, what] = seed.split(":");
  const run = RUN_KINDS.find((one) => one === kind);
  if (run === undefined) {
    throw new RefbenchError(
      "usage",
      `"${seed}" is no seed of a point: expected one that a summary printed, such as fake:1:run:chaos:3`,
    );
  }
  const random = randomOf(seed);
  return what === "clean" ? cleanSchedule(random, run) : scheduleOf(random, run, boundaries[run]);
}

/** Plays one fake point and judges it. */
export async function fakePoint(
  seed: string,
  boundaries: Readonly<Record<RunKind, Boundaries>>,
): Promise<PointResult> {
  const schedule = fakeSchedule(seed, boundaries);
  const { observed, timeToCleanMs } = await playFakePoint(schedule);
  const breaches = [...breachesOf(observed)];
  const { record } = observed;
  if (schedule.isClean && record !== undefined && record.teardown.state !== "clean")
    breaches.push({ law: "false-alarm", what: `a clean run ended ${record.verdict}` });
  return {
    seed,
    kind: "fake",
    run: schedule.kind,
    isClean: schedule.isClean,
    verdict: record?.verdict ?? "none",
    teardown: record?.teardown.state ?? "none",
    timeToCleanMs,
    breaches,
    schedule,
  };
}
