import { formatDuration } from "../../results/format/format.ts";
import { formatCount } from "../../tools/count-text.ts";
import type { Extent } from "./extent.ts";

const WIDTH = 20;

/**
 * A bar with its percentage, about how long it still takes, and its counts where they fit within `room` characters:
 * `[##########----------]  50 %, about 12 s left  5 of 10 users`.
 */
export function formatBar({ done, total, unit, remainingMs }: Extent, room = Infinity): string {
  const share = Math.min(1, Math.max(0, done / total));
  const filled = Math.floor(share * WIDTH);
  const bar = `[${"#".repeat(filled)}${"-".repeat(WIDTH - filled)}]`;
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  const left = remainingMs === undefined ? "" : `, about ${roughDuration(remainingMs)} left`;
  const short = `${bar} ${percent}${left}`;
  const long = `${short}  ${formatCount(Math.min(done, total))} of ${formatCount(total)} ${unit}`;
  return long.length <= room ? long : short;
}

/** An estimate has no tenths of a second. */
function roughDuration(milliseconds: number): string {
  return milliseconds < 9_950
    ? `${Math.max(1, Math.round(milliseconds / 1000))} s`
    : formatDuration(milliseconds);
}
