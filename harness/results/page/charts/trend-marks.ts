import { COLOUR } from "./axes.ts";

/** An event in a trend, besides its figures. */
export type TrendMark =
  /** The first night of a series, which is not compared with earlier nights. */
  | { readonly kind: "series"; readonly day: string; readonly label: string }
  /** The first night of a new level. */
  | {
      readonly kind: "step";
      readonly day: string;
      readonly label: string;
      readonly isWorse: boolean;
      readonly isConfirmed: boolean;
    };

const FONT_SIZE = 11;
/** Estimated width of a letter, rather too wide, so that labels do not overlap. */
const LETTER = 6.2;
const ROW = 15;
/** The share of a label that is to the left of its line. */
const BEFORE = { left: 0, center: 0.5, right: 1 } as const;

/**
 * Returns the lines for the marks of a chart, and the height that their labels need above the plot area. Each label
 * goes into the lowest row with room for it and stays within the picture.
 */
export function trendMarks(
  marks: readonly (TrendMark & { readonly x: number })[],
  { pixelOf, width }: { readonly pixelOf: (x: number) => number; readonly width: number },
): { readonly rows: number; readonly markLine: object } {
  /** The position up to which each row is taken. */
  const taken: number[] = [];
  const data = marks
    .toSorted((one, other) => one.x - other.x)
    .map((mark) => {
      const length = mark.label.length * LETTER;
      const at = pixelOf(mark.x);
      const align = at < length / 2 ? "left" : at + length / 2 > width ? "right" : "center";
      const left = at - length * BEFORE[align];
      const free = taken.findIndex((upTo) => upTo <= left);
      const row = free < 0 ? taken.length : free;
      taken[row] = left + length + LETTER;
      return {
        xAxis: mark.x,
        lineStyle: styleOf(mark),
        label: {
          formatter: mark.label,
          color: colourOf(mark),
          align,
          distance: [0, 4 + row * ROW],
        },
      };
    });
  return {
    rows: taken.length === 0 ? 0 : taken.length * ROW + 6,
    markLine: {
      silent: true,
      symbol: "none",
      label: { fontSize: FONT_SIZE, position: "end" },
      data,
    },
  };
}

function styleOf(mark: TrendMark) {
  if (mark.kind === "series") return { color: colourOf(mark), type: [2, 3], width: 1 };
  return { color: colourOf(mark), type: mark.isConfirmed ? "solid" : [5, 3], width: 1.5 };
}

function colourOf(mark: TrendMark): string {
  if (mark.kind === "series") return COLOUR.muted;
  return mark.isWorse ? COLOUR.bad : COLOUR.good;
}
