import { formatDuration } from "../../format/format.ts";
import { escaped, Html } from "../parts/html.ts";
import { COLOUR } from "./axes.ts";
import type { Naming } from "./draw.ts";
import { elapsed, stepOf } from "./time-axis.ts";

/** One bar of a Gantt chart, in milliseconds since the run began. */
export interface Bar {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly tone: "plain" | "load" | "bad";
}

/** A moment to mark with a line. */
export interface GanttMoment {
  readonly name: string;
  readonly atMs: number;
}

const ROW = 26;
const BAR = 14;
const LINE = 16;
/** Labels of moments closer than this share of the width are on lines of their own. */
const APART = 0.4;

/** Draws the stages one after another with their durations, and lines at moments, as wide as its place. */
export function gantt(
  { bars, moments }: { readonly bars: readonly Bar[]; readonly moments: readonly GanttMoment[] },
  { id, title, description }: Naming,
): Html {
  const endMs = Math.max(1, ...bars.map(({ toMs }) => toMs), ...moments.map(({ atMs }) => atMs));
  const ordered = moments.toSorted((one, other) => one.atMs - other.atMs);
  const lineOf = (index: number): number => {
    const [before, own] = [ordered[index - 1], ordered[index]];
    const isClose = before !== undefined && own !== undefined && (own.atMs - before.atMs) / endMs < APART;
    return isClose ? 1 - lineOf(index - 1) : 0;
  };
  const top = ordered.length === 0 ? 0 : (1 + Math.max(...ordered.map((_, index) => lineOf(index)))) * LINE;
  const height = top + bars.length * ROW;
  const at = (ms: number): number => Math.round((ms / endMs) * 10_000) / 100;
  const step = stepOf(endMs, 5);
  const ticks = Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => index * step);
  const middle = (index: number): number => top + index * ROW + ROW / 2;
  return new Html(`<div class="plot gantt">
<svg class="plot-y" width="76" height="${height}" aria-hidden="true">${bars.map(({ name }, index) => `<text x="70" y="${middle(index) + 4}" text-anchor="end">${escaped(name)}</text>`).join("")}</svg>
<svg class="plot-plane" width="100%" height="${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${escaped(title)}</title>
<desc id="${id}-desc">${escaped(description)}</desc>
${ticks.map((ms) => `<line x1="${at(ms)}%" x2="${at(ms)}%" y1="${top}" y2="${height}" stroke="${COLOUR.rule}"/>`).join("\n")}
${ordered.map(({ name, atMs }, index) => momentOf(name, { at: at(atMs), y: lineOf(index) * LINE + 12, height })).join("\n")}
${bars.map((bar, index) => barOf(bar, { from: at(bar.fromMs), to: at(bar.toMs), y: middle(index) })).join("\n")}
</svg>
<svg class="plot-x" width="100%" height="22" aria-hidden="true">${ticks.map((ms) => `<text x="${at(ms)}%" y="15" text-anchor="middle">${elapsed(ms)}</text>`).join("")}</svg>
<p class="plot-name" aria-hidden="true">time since the run began</p>
</div>`);
}

const TONES = { plain: COLOUR.series[0], load: COLOUR.series[2], bad: COLOUR.bad } as const;

/** A bar, with its duration where there is room: behind it, before it, or else in it. */
function barOf(
  { fromMs, toMs, tone }: Bar,
  { from, to, y }: { readonly from: number; readonly to: number; readonly y: number },
): string {
  const words = formatDuration(toMs - fromMs);
  // Even the shortest stage stays visible.
  const bar = `<rect x="${from}%" y="${y - BAR / 2}" width="${Math.max(0.3, Math.round((to - from) * 100) / 100)}%" height="${BAR}" rx="2" fill="${TONES[tone]}"/>`;
  const place = to < 75 ? "behind" : from > 25 ? "before" : "in";
  const [x, dx, anchor] = place === "behind" ? [to, 8, "start"] : [place === "before" ? from : to, -6, "end"];
  const fill = place === "in" ? COLOUR.page : COLOUR.text;
  const halo = place === "in" ? "" : ` stroke="${COLOUR.page}" stroke-width="3" paint-order="stroke"`;
  return `${bar}<text x="${x}%" dx="${dx}" y="${y + 4}" text-anchor="${anchor}" fill="${fill}"${halo}>${words}</text>`;
}

function momentOf(
  name: string,
  { at, y, height }: { readonly at: number; readonly y: number; readonly height: number },
): string {
  const anchor = at < 20 ? "start" : at > 80 ? "end" : "middle";
  return `<line x1="${at}%" x2="${at}%" y1="${y + 4}" y2="${height}" stroke="${COLOUR.text}" stroke-dasharray="2 3"/><text x="${at}%" y="${y}" text-anchor="${anchor}" fill="${COLOUR.text}">${escaped(name)}</text>`;
}
