import { randomBytes } from "node:crypto";
import { z } from "zod";
import { salvageJson, writeJson } from "../../tools/files/json-file.ts";
import type { RunFolder } from "./run-folder.ts";

/** A run's secrets: one file of mode 600 per run, and in no other file, log or argument list. */
export const secretsSchema = z.object({
  adminEmail: z.string(),
  adminUsername: z.string(),
  adminPassword: z.string(),
  databasePassword: z.string(),
  /** The URL of the user's own Postgres, in place of one that the run makes. */
  databaseUrl: z.string().optional(),
  /** The site admin's token, once bootstrap has made it. */
  token: z.string().optional(),
  /** Private key of the load runner's user, in OpenSSH's format; the public key is in the environment. */
  runnerKey: z.string().optional(),
  /** Key of Coder's certificate, in PEM; the certificate is in the environment. */
  tlsKey: z.string().optional(),
  /** The Coder licence that bootstrap posts, if the size needs one. */
  licence: z.string().optional(),
  /** The key with which the external provisioners of the current installation connect, once bootstrap has made it. */
  provisioners: z
    .object({
      /** Coder's id of the key. */
      keyId: z.string(),
      key: z.string(),
      /** How many provisioners every further apply must keep. */
      count: z.number().int().positive(),
    })
    .optional(),
});
export type Secrets = z.infer<typeof secretsSchema>;

export function newSecrets(): Secrets {
  return {
    adminEmail: "admin@refbench.local",
    adminUsername: "refbench-admin",
    adminPassword: randomBytes(24).toString("base64url"),
    databasePassword: randomBytes(24).toString("base64url"),
  };
}

export async function writeSecrets(folder: RunFolder, secrets: Secrets): Promise<void> {
  await writeJson(folder.secrets, secrets, { mode: 0o600 });
}

/**
 * The run's secrets, or undefined when the file is lost or damaged: a teardown must continue without them.
 */
export async function findSecrets(folder: RunFolder): Promise<Secrets | undefined> {
  return salvageJson(folder.secrets, secretsSchema);
}
