import { escaped, Html } from "../parts/html.ts";
import { COLOUR } from "./axes.ts";
import type { Naming } from "./draw.ts";

/** A point in the plot area: both coordinates from 0 to 1, from the left and from the bottom. Undefined = a gap. */
export type PlotPoint = readonly [number, number] | undefined;

/** One line of a plot. */
export interface PlotLine {
  readonly points: readonly PlotPoint[];
  /** A colour of the page, such as `var(--series-1)`. */
  readonly colour: string;
  readonly isDashed?: boolean | undefined;
  /** Whether the area below the line is filled. */
  readonly isArea?: boolean | undefined;
}

/** A label of an axis, from 0 to 1. */
export interface PlotTick {
  readonly at: number;
  readonly text: string;
}

/** A part of the plot's width, from 0 to 1. */
export interface PlotSpan {
  readonly from: number;
  readonly to: number;
}

/** A drawing of lines in one plane. */
export interface Plot {
  readonly lines: readonly PlotLine[];
  readonly x: { readonly name: string; readonly ticks: readonly PlotTick[] };
  readonly y: readonly PlotTick[];
  /** Shaded parts of the width, each with its colour. */
  readonly shaded?: readonly (PlotSpan & { readonly colour: string })[];
  /** The tooltip over a part of the width, without any script. */
  readonly tips?: readonly (PlotSpan & { readonly text: string })[];
  /** Height of the plot area in pixels. */
  readonly height: number;
}

/** The plot area's width in the drawing's units. It is stretched to the width that the page has for it. */
const WIDTH = 1000;
const ABOVE = 8;
const BELOW = 22;

/**
 * Draws lines as SVG that fills the width of its place: the plane is stretched, labels and the widths of lines are
 * not. So one drawing is sharp on a phone and on a desk, and drawings below each other share their axis.
 */
export function plot({ lines, x, y, shaded = [], tips = [], height }: Plot, naming: Naming): Html {
  const { id, title, description } = naming;
  const plane = [
    ...shaded.map(
      ({ from, to, colour }) =>
        `<rect x="${across(from)}" y="0" width="${Math.max(2, across(to) - across(from))}" height="${height}" fill="${colour}"/>`,
    ),
    `<path d="${gridOf(x.ticks, y, height)}" fill="none" stroke="${COLOUR.rule}" vector-effect="non-scaling-stroke"/>`,
    ...lines.flatMap((line) => lineOf(line, height)),
    ...tips.map(
      ({ from, to, text }) =>
        `<rect x="${across(from)}" y="0" width="${across(to) - across(from)}" height="${height}" class="tip"><title>${escaped(text)}</title></rect>`,
    ),
  ];
  return new Html(`<div class="plot">
<svg class="plot-y" width="56" height="${height + ABOVE + 4}" aria-hidden="true">${y.map(({ at, text }) => `<text x="48" y="${round(ABOVE + height * (1 - at) + 4)}" text-anchor="end">${escaped(text)}</text>`).join("")}</svg>
<svg class="plot-plane" width="100%" height="${height}" viewBox="0 0 ${WIDTH} ${height}" preserveAspectRatio="none" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${escaped(title)}</title>
<desc id="${id}-desc">${escaped(description)}</desc>
${plane.join("\n")}
</svg>
<svg class="plot-x" width="100%" height="${BELOW}" aria-hidden="true">${x.ticks.map(({ at, text }) => `<text x="${round(at * 100)}%" y="15" text-anchor="middle">${escaped(text)}</text>`).join("")}</svg>
<p class="plot-name" aria-hidden="true">${escaped(x.name)}</p>
</div>`);
}

function gridOf(x: readonly PlotTick[], y: readonly PlotTick[], height: number): string {
  return [
    ...y.map(({ at }) => `M0 ${round(height * (1 - at))}H${WIDTH}`),
    ...x.map(({ at }) => `M${across(at)} 0V${height}`),
  ].join("");
}

function lineOf({ points, colour, isDashed, isArea }: PlotLine, height: number): readonly string[] {
  const stretches = stretchesOf(points).map((stretch) =>
    stretch.map(([x, y]) => `${across(x)} ${round(height * (1 - y))}`),
  );
  if (stretches.length === 0) return [];
  const ends = stretchesOf(points).map(
    (stretch) => [stretch[0]?.[0] ?? 0, stretch.at(-1)?.[0] ?? 0] as const,
  );
  const area = stretches
    .map((stretch, index) => {
      const [first = 0, last = 0] = ends[index] ?? [];
      return `M${across(first)} ${height}L${stretch.join("L")}L${across(last)} ${height}Z`;
    })
    .join("");
  // A stretch of one point has no length: a short bar shows it.
  const path = stretches
    .map((stretch) => `M${stretch.join("L")}${stretch.length === 1 ? "h4" : ""}`)
    .join("");
  return [
    ...(isArea === true ? [`<path d="${area}" fill="${colour}" fill-opacity="0.12"/>`] : []),
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${isDashed === true ? 1.5 : 2}"${isDashed === true ? ' stroke-dasharray="5 3"' : ""} stroke-linejoin="round" vector-effect="non-scaling-stroke"/>`,
  ];
}

function stretchesOf(points: readonly PlotPoint[]): readonly (readonly (readonly [number, number])[])[] {
  const stretches: (readonly [number, number])[][] = [];
  let isOpen = false;
  for (const point of points) {
    if (point === undefined) isOpen = false;
    else if (isOpen) stretches.at(-1)?.push(point);
    else {
      stretches.push([point]);
      isOpen = true;
    }
  }
  return stretches;
}

function across(at: number): number {
  return round(Math.min(1, Math.max(0, at)) * WIDTH);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
