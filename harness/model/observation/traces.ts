import { z } from "zod";

const count = z.number().int().nonnegative();

/** The spans of a run. */
export const traces = z.object({
  /** Id of the trace, 32 hexadecimal digits, by which a tracing backend finds it. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  spans: count,
  /** Name of the file with the spans in the run's folder; absent where it could not be written. */
  file: z.string().optional(),
  /** Whether a collector took all spans. Absent where none was named. */
  sent: z.boolean().optional(),
  /** Why spans are missing, in the file or at the collector. */
  problems: z.array(z.string()),
});
export type Traces = z.infer<typeof traces>;

/** How many workspaces of a load are traced at most, spread over it. */
export const TRACED_WORKSPACES = 50;

/** One phase of a traced workspace, in milliseconds since the epoch. */
export const tracedPhase = z.object({
  name: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  failed: z.literal(true).optional(),
  /** By Coder's clock. Absent = by the generator's. */
  clock: z.literal("coder").optional(),
});
export type TracedPhase = z.infer<typeof tracedPhase>;

/** What a worker noted of one workspace of its sample. It makes no spans: that is left to the process that writes the record. */
export const tracedWorkspace = z.object({
  /** Index of the workspace in the load. */
  index: count,
  phases: z.array(tracedPhase),
});
export type TracedWorkspace = z.infer<typeof tracedWorkspace>;
