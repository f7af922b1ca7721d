import type { LoadResult } from "./worker-result.ts";

/** The line that ends a load: `998 succeeded, 2 failed to connect`. */
export function summaryLine(result: LoadResult): string {
  const { succeeded, failed } = result.workspaces;
  const line = `${succeeded} succeeded, ${failed} failed to connect`;
  if (result.aborted !== undefined) return `${line}, stopped by itself: ${result.aborted}`;
  return result.stopped ? `${line}, stopped before the end` : line;
}
