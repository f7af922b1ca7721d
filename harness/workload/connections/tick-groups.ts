/** Events that are due together: as many as come within the time, and no more than the other. */
const WITHIN_MS = 10;
const MOST = 8;

/**
 * A constant rate in small groups, as milliseconds from the start by index. A generator that wakes for each tick or
 * command spends about as much on waking as on the event; those of a group are of different connections, and due at the
 * same instant, so that none counts as late for it.
 */
export function inGroups(perSecond: number): (index: number) => number {
  const size = Math.max(1, Math.min(MOST, Math.floor((perSecond * WITHIN_MS) / 1000)));
  return (index) => (Math.floor(index / size) * size * 1000) / perSecond;
}
