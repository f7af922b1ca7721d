import { z } from "zod";
import { OBSERVED_ROLES } from "./series.ts";

/** A place that can be observed from where a load runs. Never shown: URLs can hold passwords. */
export const observedPlace = z.discriminatedUnion("kind", [
  /** Metrics in Prometheus' text format: of a coderd replica, or of a node exporter. */
  z.object({
    kind: z.literal("metrics"),
    of: z.string(),
    url: z.url(),
    role: z.enum(["coderd", "node"]),
    headers: z.record(z.string(), z.string()).optional(),
    caPem: z.string().optional(),
    /** Where a coderd serves its profiles: `http://127.0.0.1:6060`. */
    pprofUrl: z.url().optional(),
  }),
  /** A process of this machine with all that descend from it, from `/proc` and its control group. */
  z.object({
    kind: z.literal("process"),
    of: z.string(),
    role: z.enum(OBSERVED_ROLES),
    pid: z.number().int().positive(),
  }),
  /** The machine itself, from `/proc`. */
  z.object({ kind: z.literal("machine"), of: z.string() }),
  /** The log of a Coder on this machine, from its end when the load begins. */
  z.object({ kind: z.literal("log"), of: z.string(), file: z.string() }),
  /** A Postgres, asked by SQL as a role that may read statistics. */
  z.object({
    kind: z.literal("postgres"),
    of: z.string(),
    url: z.string(),
    caPem: z.string().optional(),
    /** Whether the run made it, so that the extension that counts statements may be added. @default false */
    addStatistics: z.boolean().optional(),
  }),
  /** A Prometheus of the user's, with a query for each series. */
  z.object({
    kind: z.literal("prometheus"),
    url: z.url(),
    headers: z.record(z.string(), z.string()).optional(),
    /** Series name → PromQL whose result has one vector element for each thing, by `label`. */
    queries: z.array(z.object({ series: z.string(), query: z.string(), label: z.string().optional() })),
  }),
]);
export type ObservedPlace = z.infer<typeof observedPlace>;

/** What the workers of a load observe meanwhile; only the first part of a split load does. */
export const observeTask = z.object({
  everyMs: z.number().int().positive().optional(),
  places: z.array(observedPlace),
});
export type ObserveTask = z.infer<typeof observeTask>;
