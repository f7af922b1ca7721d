import { z } from "zod";

/** Configuration of one load runner of the twin, written from the metadata of its machine. */
export const runnerConfig = z.object({
  schemaVersion: z.literal(1),
  /** A separate address of 127.0.0.0/8. */
  host: z.string(),
  /** 0 = any free port. */
  port: z.number().int().min(0).max(65_535),
  /** The user that may log in, and its key. */
  users: z.array(z.object({ name: z.string(), publicKey: z.string() })),
  /** Its disk: the folder that SFTP reaches, with its one program. */
  folder: z.string(),
});
export type RunnerConfig = z.infer<typeof runnerConfig>;

/** The one line that the runner's process prints on stdout once it answers. */
export const runnerReady = z.object({
  host: z.string(),
  port: z.number().int().positive(),
  /** As the machine reports them to its cloud: `ssh-ed25519 AAAA…`. */
  hostKeys: z.array(z.string()),
});
export type RunnerReady = z.infer<typeof runnerReady>;
