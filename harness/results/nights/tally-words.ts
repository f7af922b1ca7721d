import { countOf, formatCount } from "../../tools/count-text.ts";
import type { NightTally } from "./tally.ts";

/** Describes the tally: "4 of 5 met the objectives, since 2026-11-18; 2 nights measured nothing". */
export function tallyWords({ of, met, since, ...others }: NightTally): string {
  const first =
    of === 0
      ? `no night measured Coder, since ${since}`
      : `${formatCount(met)} of ${formatCount(of)} met the objectives, since ${since}`;
  const parts: readonly (readonly [number, string])[] = [
    [others.nothing, "measured nothing"],
    [others.generatorLimited, "measured the generator, not Coder"],
    [others.otherPlatform, "on another platform"],
    [others.planted, "with planted faults"],
    [others.left, "without a clean teardown"],
  ];
  return [
    first,
    ...parts.filter(([count]) => count > 0).map(([count, words]) => `${countOf(count, "night")} ${words}`),
  ].join("; ");
}
