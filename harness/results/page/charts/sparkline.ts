import { escaped, Html } from "../parts/html.ts";

/** One night of a sparkline. */
export interface SparkPoint {
  /** The tooltip. */
  readonly words: string;
  /** Absent if the night did not measure the figure. */
  readonly value?: number | undefined;
  /** Whether a regression lasts on this night. */
  readonly isWorse: boolean;
}

const WIDTH = 132;
const HEIGHT = 32;
const MARGIN = 4;

/** Draws a figure over nights as one small line from zero, red where a regression lasts. */
export function sparkline(points: readonly SparkPoint[], label: string): Html {
  const values = points.flatMap(({ value }) => value ?? []);
  const most = Math.max(...values, 0);
  const step = (WIDTH - 2 * MARGIN) / Math.max(1, points.length - 1);
  const placed = points.flatMap(({ value, words, isWorse }, index) =>
    value === undefined
      ? []
      : [
          {
            words,
            isWorse,
            x: round(MARGIN + index * step),
            y: round(HEIGHT - MARGIN - (most === 0 ? 0 : value / most) * (HEIGHT - 2 * MARGIN)),
          },
        ],
  );
  const last = placed.at(-1);
  if (last === undefined) return new Html("");
  const path = (each: readonly { readonly x: number; readonly y: number }[]): string =>
    each.length < 2 ? "" : `M${each.map(({ x, y }) => `${x} ${y}`).join("L")}`;
  const from = placed.findIndex(({ isWorse }) => isWorse);
  const worse = from === -1 ? [] : placed.slice(Math.max(0, from - 1));
  return new Html(`<svg class="spark" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(label)}">
<path d="M${MARGIN} ${HEIGHT - MARGIN}H${WIDTH - MARGIN}" stroke="var(--rule)"/>
<path d="${path(placed)}" fill="none" stroke="var(--series-1)" stroke-width="1.5"/>
<path d="${path(worse)}" fill="none" stroke="var(--bad)" stroke-width="2"/>
<circle cx="${last.x}" cy="${last.y}" r="3" fill="var(${last.isWorse ? "--bad" : "--series-1"})"/>
${placed.map(({ x, words }) => `<rect x="${round(x - step / 2)}" y="0" width="${round(step)}" height="${HEIGHT}" class="tip"><title>${escaped(words)}</title></rect>`).join("\n")}
</svg>`);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
