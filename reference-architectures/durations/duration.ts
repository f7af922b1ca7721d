/** How long a cloud takes to create and to delete one resource of a kind, in seconds, and what the figures rest on. */
export interface KindSeconds {
  readonly create: number;
  readonly delete: number;
  /** `published`: read in public logs of applies. `assumed`: from experience, or chosen of the size of similar kinds. */
  readonly basis: "published" | "assumed";
  /** Where the figures come from, in words. */
  readonly source: string;
}

/** Figures that were read in public logs of applies. */
export function published(create: number, deletion: number, source: string): KindSeconds {
  return { create, delete: deletion, basis: "published", source };
}

/** Figures without a public source. */
export function assumed(create: number, deletion: number, source = "chosen of its size"): KindSeconds {
  return { create, delete: deletion, basis: "assumed", source };
}
