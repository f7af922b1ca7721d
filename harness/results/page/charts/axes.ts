/** Names of the page's colours that charts are drawn in. */
export const COLOUR = {
  text: "var(--text)",
  muted: "var(--muted)",
  rule: "var(--rule)",
  page: "var(--page)",
  series: ["var(--series-1)", "var(--series-2)", "var(--series-3)", "var(--series-4)"],
  good: "var(--good)",
  bad: "var(--bad)",
  limited: "var(--limited)",
} as const;

/** Height of a chart's text, in the drawing's units. */
export const FONT_SIZE = 12;

const LABEL = { color: COLOUR.muted, fontSize: FONT_SIZE };

/** What every axis has in common; each chart adds its type and range. */
export function axis(name: string) {
  return {
    name,
    nameTextStyle: LABEL,
    axisLabel: { ...LABEL },
    axisLine: { show: true, lineStyle: { color: COLOUR.rule } },
    axisTick: { show: false },
    splitLine: { show: true, lineStyle: { color: COLOUR.rule } },
    minorTick: { show: false },
  };
}

/** The name of the y axis stands above it, where it takes no width. */
export function yAxis(name: string) {
  const shared = axis(name);
  return {
    ...shared,
    nameLocation: "end",
    nameGap: 10,
    nameTextStyle: { ...LABEL, align: "left", padding: [0, 0, 0, -GUTTER + 4] },
    axisLine: { show: false },
  };
}

export function xAxis(name: string) {
  return {
    ...axis(name),
    nameLocation: "middle",
    nameGap: 28,
    splitLine: { show: false },
  };
}

/** Room for the y axis's labels. */
const GUTTER = 52;

/** Where the drawing's plane lies; its labels have their room inside of the picture. */
export function plane({ right = 16, bottom = 44, top = 28, left = GUTTER } = {}) {
  return { left, right, top, bottom, outerBoundsMode: "none" };
}

/** An axis of values on a logarithmic scale: its range and the round values that are written beside it. */
export function logScale(
  least: number,
  most: number,
): { min: number; max: number; ticks: readonly number[] } {
  const low = roundedDown(least);
  const high = roundedUp(most > low ? most : low * 1.01);
  const exponents = range(Math.floor(Math.log10(low)), Math.ceil(Math.log10(high)));
  const within = (steps: readonly number[]): readonly number[] =>
    exponents
      .flatMap((exponent) => steps.map((step) => step * 10 ** exponent))
      .filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  const ticks = [[1, 2, 5], [1, 3], [1]].map(within).find(({ length }) => length <= 6) ?? within([1]);
  return { min: low, max: high, ticks };
}

const STEPS = [1, 2, 5, 10];

function roundedDown(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return (STEPS.findLast((step) => step * decade <= value * 1.001) ?? 1) * decade;
}

function roundedUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return (STEPS.find((step) => step * decade >= value * 0.999) ?? 10) * decade;
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
