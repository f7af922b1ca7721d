const NUMBER = new Intl.NumberFormat("en-US");

/** Formats a count with thousands separators: `10,000`. */
export function formatCount(count: number): string {
  return NUMBER.format(count);
}

/** Formats a count with its noun: `1 replica`, `2,000 replicas`. `plural` is for nouns that do not take an s. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}
