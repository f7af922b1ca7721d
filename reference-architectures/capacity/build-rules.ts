/**
 * The cores of the coder nodes that concurrent builds need, as published over the years. Each size names its rule:
 * they differ by a factor of four, so a row without its rule could not be compared.
 */
export const BUILD_RULES = {
  /** Coder's page on scaling of January 2023: "roughly 8 cores per 30 concurrent workspace builds". */
  "seed-2023": { cores: 8, builds: 30 },
  /** Median of Coder's test with 2,000 users in February 2024: 0.35 cores a build. */
  "measured-2024": { cores: 35, builds: 100 },
  /** Coder's formula of 2024: one core for two builds. */
  "formula-2024": { cores: 1, builds: 2 },
  /** Coder's validated architectures since December 2025: one core a build. */
  "validated-2025": { cores: 1, builds: 1 },
} as const satisfies Record<string, { readonly cores: number; readonly builds: number }>;

export type BuildRule = keyof typeof BUILD_RULES;

/** Returns the cores that all coder nodes together must have. */
export function coresForBuilds(rule: BuildRule, builds: number): number {
  return (builds * BUILD_RULES[rule].cores) / BUILD_RULES[rule].builds;
}

/** The memory of one provisioner daemon: 1 GB each in Coder's validated architectures. */
export const DAEMON_GIB = 1;
