const NANOSECONDS = { h: 3_600e9, m: 60e9, s: 1e9, ms: 1e6 } as const;

/** The nanoseconds of a duration as Go writes it, such as `1h30m`; undefined for another text. */
export function nanosecondsIn(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+(ms|[hms]))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)(ms|[hms])/g)].reduce(
    (sum, [, digits, unit]) => sum + Number(digits) * NANOSECONDS[unit as keyof typeof NANOSECONDS],
    0,
  );
}
