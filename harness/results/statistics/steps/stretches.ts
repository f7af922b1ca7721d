import type { NightFigure } from "./night-figure.ts";

/** Figures that may be compared with one another. */
export interface Stretch {
  readonly figures: readonly NightFigure[];
  /** Why it begins: the first of all, measured on something else than the one before, or reset. */
  readonly began: "first" | "fingerprint" | "reset";
}

/** Cuts a series, oldest first, where its fingerprint changes and where it was reset. */
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
