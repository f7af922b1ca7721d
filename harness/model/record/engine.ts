import { z } from "zod";

/** The program that makes a load: refbench itself, or Coder's own scaletest utility. */
export const ENGINES = ["refbench", "coder"] as const;
export type Engine = (typeof ENGINES)[number];

/** For a load of Coder's own utility. */
export const foreignEngine = z.object({
  name: z.literal("coder"),
  /** The binary's version, such as `v2.31.0`. */
  version: z.string(),
  /** How the utility is called in it: `coder exp scaletest`. */
  command: z.string(),
  /** Differences from refbench in what it does or reports, as sentences: those figures cannot be compared. */
  notComparable: z.array(z.string()),
  /** Remaining items that it made and could not delete; not those that were kept on request. */
  left: z.array(z.object({ kind: z.string(), id: z.string(), name: z.string(), reason: z.string() })),
});
export type ForeignEngine = z.infer<typeof foreignEngine>;
