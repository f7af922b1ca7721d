import type { Emulated } from "./emulated.ts";
import type { Simulated } from "./simulated.ts";

const TARGETS = { equalShare: 0.95, foundShare: 0.8 } as const;

export function simulatedLine({ noise, figures, pairs, tries, equal, found, confidence }: Simulated): string {
  const compared = figures === 1 ? "one figure" : `${figures} figures at once`;
  return `simulated, ${percent(noise)} noise a load, ${compared}, ${pairs} pairs, confidence ${percent(confidence)}: equal versions called equal in ${equal} of ${tries} tries, 5 % found in ${found}`;
}

export function emulatedLine({ planted, buildsALoad, noise, pairsAsked, seconds, figure }: Emulated): string {
  const [low = 0, high = 0] = figure.interval ?? [];
  return `emulators, ${percent(planted)} planted, ${buildsALoad} builds a load: noise ${percent(noise)} a load, ${figure.pairs.length} pairs (${pairsAsked} asked): ${percent(figure.difference ?? 0)} [${percent(low)}, ${percent(high)}], ${figure.conclusion}, ${seconds.toFixed(0)} s`;
}

/** Targets that were missed, by how much. */
export function missedComparisonTargets(
  simulated: readonly Simulated[],
  emulated: readonly Emulated[],
): string[] {
  return [
    ...simulated.flatMap(({ noise, figures, tries, equal, found }) => [
      ...(equal < TARGETS.equalShare * tries
        ? [`target missed: ${percent(noise)}, ${figures} figures: equal in ${equal} of ${tries}`]
        : []),
      ...(found < TARGETS.foundShare * tries
        ? [`target missed: ${percent(noise)}, ${figures} figures: found in ${found} of ${tries}`]
        : []),
    ]),
    ...emulated.flatMap(({ planted, figure: { conclusion } }) =>
      (conclusion === "different") === planted > 0
        ? []
        : [`target missed: emulators with ${percent(planted)} planted: ${conclusion}`],
    ),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
