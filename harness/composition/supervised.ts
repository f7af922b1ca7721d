/** Exit code of a command that is to be started again: it failed in the middle of work that is its own. */
export const START_AGAIN = 75;

/** Seconds before each new start: ten of them, within a quarter of an hour. */
const DELAYS_S = [1, 2, 4, 8, 15, 30, 60, 120, 300, 300];

/**
 * Starts a command again after each end by a signal (above 128) or with `START_AGAIN`. A shell takes a fortieth of the
 * memory of Node. It has read this before it starts anything, so a changed installation changes nothing.
 */
const SCRIPT = `
delays=$1; shift
for delay in $delays; do
  "$@"; code=$?
  [ "$code" -eq ${START_AGAIN} ] || [ "$code" -gt 128 ] || exit "$code"
  sleep "$delay"
done
exec "$@"`;

/** The command under a small parent that starts it again, a bounded number of times, when it did not end in order. */
export function supervised(
  command: readonly [string, ...string[]],
  delaysS: readonly number[] = DELAYS_S,
): { readonly file: string; readonly args: readonly string[] } {
  return { file: "/bin/sh", args: ["-c", SCRIPT, "refbench-supervisor", delaysS.join(" "), ...command] };
}
