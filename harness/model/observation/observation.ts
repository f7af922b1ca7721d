import { z } from "zod";
import { SERIES_NAMES } from "./series.ts";

const count = z.number().int().nonnegative();

/** Time between two samples, in milliseconds; in a long load, neighbours are merged. */
export const OBSERVE_EVERY_MS = 5000;
/** One hour of samples. Beyond it, pairs are merged. */
export const MOST_SAMPLES = 720;
/** Things of a large deployment are added up before there are more series than this. */
export const MOST_SERIES = 400;

/** One figure of one thing over time. */
export const observedSeries = z.object({
  name: z.enum(SERIES_NAMES),
  /** The thing: a replica, `coderd/coder-5f7c`, a node, `database`. */
  of: z.string(),
  /** One value for each sample of the observation, rounded to four digits; null where it is not known. */
  values: z.array(z.number().nullable()),
});
export type ObservedSeries = z.infer<typeof observedSeries>;

/** What observing cost: this is the harness's own load on the machine and on the deployment. */
export const observationCost = z.object({
  /** CPU seconds of the observing process, and its highest memory in MiB. */
  cpuSeconds: z.number().nonnegative(),
  maxRssMib: z.number().nonnegative(),
  /** Questions that were asked: HTTP requests and SQL statements. */
  questions: count,
  bytes: count,
  /** Mean and longest time of one sample, milliseconds. */
  meanMs: z.number().nonnegative(),
  maxMs: z.number().nonnegative(),
});
export type ObservationCost = z.infer<typeof observationCost>;

/** A figure that is missing, and why. */
export const unseen = z.object({
  /** In words: "metrics of coderd", "database". */
  what: z.string(),
  why: z.string(),
  /** Samples that lack it; absent where all do. */
  samples: count.optional(),
});
export type Unseen = z.infer<typeof unseen>;

/** A statement that took much of the database's time, from `pg_stat_statements`. */
export const slowStatement = z.object({
  /** Without values, at most 300 characters. */
  statement: z.string(),
  calls: count,
  totalMs: z.number().nonnegative(),
  meanMs: z.number().nonnegative(),
});

/** A warning or error of a server's log, with all that repeat it. */
export const observedLog = z.object({
  of: z.string(),
  level: z.enum(["warning", "error"]),
  /** Without secrets and changing numbers, at most 300 characters. */
  message: z.string(),
  count,
  /** Milliseconds since the load's start. */
  firstAtMs: z.number(),
  lastAtMs: z.number(),
});
export type ObservedLog = z.infer<typeof observedLog>;

/** An event of the platform, such as an eviction. */
export const observedEvent = z.object({
  /** Kubernetes' reason: `OOMKilling`, `Evicted`, `FailedScheduling`, `BackOff`. */
  reason: z.string(),
  object: z.string(),
  message: z.string(),
  count,
  firstAtMs: z.number(),
  lastAtMs: z.number(),
});
export type ObservedEvent = z.infer<typeof observedEvent>;

/** A profile of one replica at the load's peak. */
export const observedProfile = z.object({
  of: z.string(),
  atMs: z.number(),
  goroutines: count.optional(),
  /** The functions that used most CPU themselves, with their share of the profile. */
  cpu: z.array(z.object({ function: z.string(), share: z.number() })).optional(),
  /** Name of the file in the run's folder, in pprof's format. */
  file: z.string().optional(),
});
export type ObservedProfile = z.infer<typeof observedProfile>;

/** How replicas of Coder notify each other. */
export const PUBSUBS = ["postgres", "nats"] as const;
export type Pubsub = (typeof PUBSUBS)[number];

/** The pub/sub that a replica used, by the metrics that it served. */
export const observedPubsub = z.object({ of: z.string(), kind: z.enum(PUBSUBS) });
export type ObservedPubsub = z.infer<typeof observedPubsub>;

/** The least difference between clocks that an observation lists, in milliseconds. */
export const LISTED_OFFSET_MS = 1000;

/** An observation without a value, with the reason. */
export function nothingObserved(startedAtMs: number, unseen: readonly Unseen[]): Observation {
  return {
    ...{ startedAtMs, everyMs: OBSERVE_EVERY_MS, samples: 0, series: [], unseen: [...unseen] },
    cost: { cpuSeconds: 0, maxRssMib: 0, questions: 0, bytes: 0, meanMs: 0, maxMs: 0 },
  };
}

/** What was observed of a deployment during one load. */
export const observation = z.object({
  /** Milliseconds since the epoch, by the clock of the load's windows once it is in a record. */
  startedAtMs: z.number(),
  everyMs: z.number().positive(),
  /** How many samples each series has. Sample i describes the moment `startedAtMs + i * everyMs`, or the time before it. */
  samples: count,
  series: z.array(observedSeries),
  unseen: z.array(unseen),
  cost: observationCost,
  /** Clocks that observed and were more than a second ahead of the windows' clock; below 0 = behind. The grid is shifted. */
  clocks: z.array(z.object({ clock: z.string(), offsetMs: z.number() })).optional(),
  statements: z.array(slowStatement).optional(),
  logs: z.array(observedLog).optional(),
  events: z.array(observedEvent).optional(),
  profiles: z.array(observedProfile).optional(),
  /** Absent where no replica served a metric that shows it, and in earlier records. */
  pubsub: z.array(observedPubsub).optional(),
});
export type Observation = z.infer<typeof observation>;
