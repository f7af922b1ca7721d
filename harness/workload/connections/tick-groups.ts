/** Events that are due together: those within this time, at most this many. */
const WITHIN_MS = 10;
const MOST = 8;

/**
 * A constant rate in small groups: the due time of each index, in milliseconds from the start. Waking for
 * each tick or command would cost the generator about as much as the event itself. The events of a group
 * belong to different connections and are due at the same instant, so none counts as late.
 */
export function inGroups(perSecond: number): (index: number) => number {
  const size = Math.max(1, Math.min(MOST, Math.floor((perSecond * WITHIN_MS) / 1000)));
  return (index) => (Math.floor(index / size) * size * 1000) / perSecond;
}
