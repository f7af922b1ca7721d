/** Exit code of a command that must be restarted, because it failed while it owned unfinished work. */
export const START_AGAIN = 75;

/** Seconds before each of ten restarts, within a quarter of an hour. */
const DELAYS_S = [1, 2, 4, 8, 15, 30, 60, 120, 300, 300];

/**
 * Restarts a command after each end by a signal (above 128) or with `START_AGAIN`. A shell needs a fortieth of the memory
 * of Node. It has read the script before it starts anything, so that a changed installation has no effect.
 */
const SCRIPT = `
delays=$1; shift
for delay in $delays; do
  "$@"; code=$?
  [ "$code" -eq ${START_AGAIN} ] || [ "$code" -gt 128 ] || exit "$code"
  sleep "$delay"
done
exec "$@"`;

/** Returns the command under a small parent that restarts it a limited number of times if it did not end properly. */
export function supervised(
  command: readonly [string, ...string[]],
  delaysS: readonly number[] = DELAYS_S,
): { readonly file: string; readonly args: readonly string[] } {
  return { file: "/bin/sh", args: ["-c", SCRIPT, "refbench-supervisor", delaysS.join(" "), ...command] };
}
