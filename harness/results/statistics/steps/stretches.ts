import type { NightFigure } from "./night-figure.ts";

/** Consecutive figures that may be compared. */
export interface Stretch {
  readonly figures: readonly NightFigure[];
  /** Why it begins: the first stretch, another fingerprint, or a reset. */
  readonly began: "first" | "fingerprint" | "reset";
}

/** Splits a series, oldest first, at resets and where its fingerprint changes. */
export function stretchesOf(figures: readonly NightFigure[], resets: readonly string[]): readonly Stretch[] {
  const stretches: { figures: NightFigure[]; began: Stretch["began"] }[] = [];
  let last: NightFigure | undefined;
  for (const figure of figures) {
    const began = beganBy(last, figure, resets);
    if (began === undefined) stretches.at(-1)?.figures.push(figure);
    else stretches.push({ figures: [figure], began });
    last = figure;
  }
  return stretches;
}

function beganBy(
  last: NightFigure | undefined,
  { fingerprint, day }: NightFigure,
  resets: readonly string[],
): Stretch["began"] | undefined {
  if (last === undefined) return "first";
  if (last.fingerprint !== fingerprint) return "fingerprint";
  return resets.some((reset) => last.day < reset && reset <= day) ? "reset" : undefined;
}
