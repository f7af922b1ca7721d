const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** Formats a number with thousands separators and at most two decimals: `1,200`, `5.71`. */
export function formatNumber(value: number): string {
  return NUMBER.format(value);
}

/** Formats a count with its noun: `1 node`, `1,200 workspaces`. */
export function countWords(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}
