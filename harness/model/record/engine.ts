import { z } from "zod";

/** What makes a load: refbench itself, or Coder's own scaletest utility. */
export const ENGINES = ["refbench", "coder"] as const;
export type Engine = (typeof ENGINES)[number];

/** Of a load that Coder's own utility made. */
export const foreignEngine = z.object({
  name: z.literal("coder"),
  /** Of the binary, such as `v2.31.0`. */
  version: z.string(),
  /** How the utility is called in it: `coder exp scaletest`. */
  command: z.string(),
  /** What it does or tells otherwise than refbench, in words: figures of both say nothing beside each other there. */
  notComparable: z.array(z.string()),
  /** What it made and is still there although its delete was tried; not what was kept as asked. */
  left: z.array(z.object({ kind: z.string(), id: z.string(), name: z.string(), reason: z.string() })),
});
export type ForeignEngine = z.infer<typeof foreignEngine>;
