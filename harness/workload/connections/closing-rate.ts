import type { LoadTask } from "../../model/ports/worker-task.ts";

/** The closing round takes this long, within its rates. */
const CLOSING_MS = 20_000;
/** Nonces a second over all parts of a load, however few or many connections it has. */
const LEAST_PER_SECOND = 200;
const MOST_PER_SECOND = 500;

/**
 * How many connections the closing round asks each second: all within 20 s, but no more than 500 a second, or the
 * load's own rate of commands. A round that is faster than the load would itself be the heaviest part of it.
 */
export function closingPerSecond(
  {
    part,
    connections,
  }: Pick<LoadTask, "part"> & { readonly connections: { readonly commandsPerSecond: number } },
  open: number,
): number {
  const of = part?.of ?? 1;
  const most = Math.max(MOST_PER_SECOND / of, connections.commandsPerSecond);
  return Math.max(LEAST_PER_SECOND / of, Math.min(most, (open * 1000) / CLOSING_MS));
}
