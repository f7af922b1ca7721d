import { z } from "zod";

/** A figure that sizing rests on, as this load measured it, beside the published ones. */
export const claim = z.object({
  /** Such as `coderd-cores-per-build`. */
  id: z.string(),
  words: z.string(),
  unit: z.string(),
  /** Median over the samples that carry it, and their 5th and 95th percentile; absent where it was not measured. */
  measured: z
    .object({ median: z.number(), low: z.number(), high: z.number(), samples: z.number().int().positive() })
    .optional(),
  /** Why it was not measured. */
  why: z.string().optional(),
  published: z.array(
    z.object({
      value: z.number(),
      source: z.string(),
      /** Whether the measured range contains or supports it; absent without a measurement. */
      agrees: z.boolean().optional(),
    }),
  ),
});
export type Claim = z.infer<typeof claim>;
