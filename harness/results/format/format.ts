/** Shown for a missing figure in every table, text and page; never a zero. */
export const NO_FIGURE = "-";

/** Formats a share of 0 to 1 as a percentage, rounded down so that 99.99 never reads as 100: `99.9 %`. */
export function formatShare(share: number): string {
  const percent = Math.floor(share * 1000 + 1e-9) / 10;
  return `${percent} %`;
}

/** The histograms' upper limit; longer latencies are recorded as this value. */
const HOUR_US = 3_600_000_000;

/** Formats a latency with three digits and its unit: `850 µs`, `12.3 ms`, `1.05 s`, `more than 1 h`. */
export function formatLatency(microseconds: number): string {
  if (microseconds >= HOUR_US) return "more than 1 h";
  // At these limits three digits would round up into the next unit.
  if (microseconds < 999.5) return `${threeDigits(microseconds)} µs`;
  if (microseconds < 999_500) return `${threeDigits(microseconds / 1000)} ms`;
  return `${threeDigits(microseconds / 1_000_000)} s`;
}

/** Formats a duration: `0.4 s`, `12 s`, `3m 05s`, `1h 02m`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 9_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${twoDigits(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`;
}

function threeDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}

function twoDigits(value: number): string {
  return `${value}`.padStart(2, "0");
}
