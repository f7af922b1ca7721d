import { type Random, seededRandom } from "../../harness/tools/seeded-random.ts";

export { type Random, seededRandom as seeded };

/** Kinds of variation of nights without a change. */
export const NOISES = [
  "normal",
  "log-normal",
  "skewed",
  "heavy-tailed",
  "outliers",
  "autocorrelated",
  "strongly autocorrelated",
  "weekly",
  "spells",
  "sticky",
] as const;
export type Noise = (typeof NOISES)[number];

/** A series of figures around 100, with a step of some share at one night. */
export interface PlantedStep {
  readonly noise: Noise;
  /** Standard deviation, relative. */
  readonly variation: number;
  readonly nights: number;
  readonly step?: { readonly at: number; readonly share: number };
}

/** A standard normal number (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Figures for the nights, and for a second measurement of each. */
export function plantedSeries(planted: PlantedStep, random: Random): { first: number[]; again: number[] } {
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
const AUTOCORRELATIONS = { autocorrelated: 0.2, "strongly autocorrelated": 0.6 } as const;
/** Two nights of each week are slower. */
const WEEKLY = { days: 2, by: 0.1 } as const;
/** Now and then some nights in a row are slower. */
const SPELLS = { chance: 0.03, nights: 4, by: 0.15 } as const;
/** Two modes, such as two processors that a cloud happens to give; each lasts fifteen nights on average. */
const STICKY = { chance: 1 / 15, by: 0.1 } as const;

function noiseOf({ noise, variation }: PlantedStep, random: Random): () => number {
  let last = normal(random);
  let [night, spell, mode] = [-1, 0, 0];
  return () => {
    const z = normal(random);
    night += 1;
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
      case "strongly autocorrelated": {
        const share = AUTOCORRELATIONS[noise];
        last = share * last + Math.sqrt(1 - share ** 2) * z;
        return 1 + variation * last;
      }
      case "weekly":
        return (1 + variation * z) * (1 + (night % 7 < WEEKLY.days ? WEEKLY.by : 0));
      case "spells":
        spell = spell > 0 ? spell - 1 : random() < SPELLS.chance ? SPELLS.nights : 0;
        return (1 + variation * z) * (1 + (spell > 0 ? SPELLS.by : 0));
      case "sticky":
        if (random() < STICKY.chance) mode = 1 - mode;
        return (1 + variation * z) * (1 + mode * STICKY.by);
    }
  };
}
