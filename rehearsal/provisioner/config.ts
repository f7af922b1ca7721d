import { z } from "zod";

/** Configuration of the external provisioners of one release or machine, written by the twin. */
export const provisionerConfig = z.object({
  schemaVersion: z.literal(1),
  /** The URL at which they reach Coder. */
  url: z.url(),
  /** The key with which they connect. */
  key: z.string(),
  /** One for each provisioner: the names of their pods or containers. */
  names: z.array(z.string()),
  /** How many of them never reach Coder, or lose it for good after so many milliseconds; absent = none. */
  lost: z
    .object({ count: z.number().int().positive(), afterMs: z.number().positive().optional() })
    .optional(),
  /** Divides the waits between two attempts to connect. */
  speed: z.number().positive(),
});
export type ProvisionerConfig = z.infer<typeof provisionerConfig>;

/** The one line that the process prints on stdout once each provisioner has tried to connect. */
export const provisionerReady = z.object({
  pid: z.number().int(),
  connected: z.number().int().nonnegative(),
  /** Why one of them was refused; absent if none was. */
  refused: z.string().optional(),
});
export type ProvisionerReady = z.infer<typeof provisionerReady>;
