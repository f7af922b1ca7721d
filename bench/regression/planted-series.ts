/** How nights vary without a change. */
export const NOISES = [
  "normal",
  "log-normal",
  "skewed",
  "heavy-tailed",
  "outliers",
  "autocorrelated",
] as const;
export type Noise = (typeof NOISES)[number];

/** A series of figures around 100, with a step of some share at one night. */
export interface Planted {
  readonly noise: Noise;
  /** Standard deviation, relative. */
  readonly variation: number;
  readonly nights: number;
  readonly step?: { readonly at: number; readonly share: number };
}

export type Random = () => number;

/** Numbers in [0, 1) from a seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A standard normal number (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Figures for the nights, and for a second measurement of each. */
export function plantedSeries(planted: Planted, random: Random): { first: number[]; again: number[] } {
  const draw = noiseOf(planted, random);
  const again = noiseOf(planted, random);
  const levels = Array.from({ length: planted.nights }, (_, night) =>
    planted.step !== undefined && night >= planted.step.at ? 100 * (1 + planted.step.share) : 100,
  );
  return { first: levels.map((level) => level * draw()), again: levels.map((level) => level * again()) };
}

const SKEW = 0.8;
const FREEDOM = 4;
const OUTLIERS = { share: 0.05, least: 0.15, most: 0.5 } as const;
const AUTOCORRELATION = 0.2;

function noiseOf({ noise, variation }: Planted, random: Random): () => number {
  let last = normal(random);
  return () => {
    const z = normal(random);
    switch (noise) {
      case "normal":
        return 1 + variation * z;
      case "log-normal":
        return Math.exp(variation * z);
      case "skewed": {
        const mean = Math.exp(SKEW ** 2 / 2);
        const deviation = mean * Math.sqrt(Math.exp(SKEW ** 2) - 1);
        return 1 + (variation * (Math.exp(SKEW * z) - mean)) / deviation;
      }
      case "heavy-tailed": {
        const chi = Array.from({ length: FREEDOM }, () => normal(random) ** 2).reduce(
          (sum, each) => sum + each,
          0,
        );
        return 1 + (variation * z) / Math.sqrt(chi / FREEDOM) / Math.sqrt(FREEDOM / (FREEDOM - 2));
      }
      case "outliers": {
        const { share, least, most } = OUTLIERS;
        const further = random() < share ? least + (most - least) * random() : 0;
        return (1 + variation * z) * (1 + further);
      }
      case "autocorrelated":
        last = AUTOCORRELATION * last + Math.sqrt(1 - AUTOCORRELATION ** 2) * z;
        return 1 + variation * last;
    }
  };
}
