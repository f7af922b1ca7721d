import type { ClockOffset } from "./worker-result.ts";

/** Clocks that differ by more than this make spans across them false: NTP keeps servers within milliseconds. */
export const MOST_APART_MS = 1000;

/** Share of a clock's stamps that may be astray: a server that hangs writes a few of them late. */
export const MOST_ASTRAY_SHARE = 0.05;

/** How far two clocks differ at the least, whatever their uncertainty; 0 where they may be the same. */
export function leastApartMs(one: ClockOffset, other: ClockOffset): number {
  const distance = Math.abs(one.offsetMs - other.offsetMs);
  return Math.max(0, distance - one.uncertaintyMs - other.uncertaintyMs);
}

/** The two clocks that certainly differ most, and by how much at the least; undefined where all may be the same. */
export function farthestApart(
  clocks: readonly ClockOffset[],
): { readonly one: ClockOffset; readonly other: ClockOffset; readonly ms: number } | undefined {
  return clocks
    .flatMap((one, index) =>
      clocks.slice(index + 1).map((other) => ({ one, other, ms: leastApartMs(one, other) })),
    )
    .filter(({ ms }) => ms > 0)
    .toSorted((a, b) => b.ms - a.ms)[0];
}

/** Whether so many of its stamps are astray that it is not one clock that runs steadily. */
export function isUnsteady({ samples, astray }: ClockOffset): boolean {
  return astray > Math.max(1, samples * MOST_ASTRAY_SHARE);
}
