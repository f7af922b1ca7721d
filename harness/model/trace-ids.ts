import { createHash } from "node:crypto";

/**
 * The trace of a run, 32 hexadecimal digits. It follows from the run's id, so that the driver, the reaper and the workers
 * agree on it without asking each other, and spans that are sent twice are the same ones.
 */
export function traceIdOf(runId: string): string {
  return digest(`refbench trace of run ${runId}`).slice(0, 32);
}

/** The id of a span, 16 hexadecimal digits, by its place in the trace: "load/workspace 7". */
export function spanIdOf(traceId: string, place: string): string {
  return digest(`${traceId} ${place}`).slice(0, 16);
}

/** The place in the trace of a workspace, by its index in the load. */
export function workspacePlace(index: number): string {
  return `load/workspace ${index}`;
}

/** The W3C header by which a server's spans become children of a span. The last figure asks for them. */
export function traceparent(traceId: string, spanId: string): string {
  return `00-${traceId}-${spanId}-01`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
