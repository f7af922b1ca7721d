/** The page's colours for charts. */
export const COLOUR = {
  text: "var(--text)",
  muted: "var(--muted)",
  rule: "var(--rule)",
  page: "var(--page)",
  series: ["var(--series-1)", "var(--series-2)", "var(--series-3)", "var(--series-4)"],
  good: "var(--good)",
  bad: "var(--bad)",
  limited: "var(--limited)",
  held: "var(--held)",
} as const;

/** Size of a chart's text, in the drawing's units. */
export const FONT_SIZE = 12;

const LABEL = { color: COLOUR.muted, fontSize: FONT_SIZE };

/** Returns the options shared by all axes. */
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

/** Returns the options of a y axis. Its name is above it, where it takes no width. */
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

/** Space for the labels of the y axis. */
const GUTTER = 52;

/** Returns the position of the plot area; the labels are inside the picture. */
export function plane({ right = 16, bottom = 44, top = 28, left = GUTTER } = {}) {
  return { left, right, top, bottom, outerBoundsMode: "none" };
}

/** Returns the range and round tick values of a logarithmic axis. */
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
