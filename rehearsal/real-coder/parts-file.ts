import { join } from "node:path";
import { z } from "zod";

/** The processes of one real Coder deployment and the URL of its database, for observing them during a load. */
export const coderParts = z.object({
  /** Pid of `coder server`, from which its builds descend. */
  server: z.number().int().positive(),
  database: z.object({
    url: z.string(),
    /** Pid of Postgres; absent where the database is the user's. */
    pid: z.number().int().positive().optional(),
  }),
});
export type CoderParts = z.infer<typeof coderParts>;

/** The file of a deployment's parts in its folder. It holds a password, so only its owner may read it. */
export function partsFile(folder: string): string {
  return join(folder, "parts.json");
}
