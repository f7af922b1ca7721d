import { randomBytes } from "node:crypto";
import { z } from "zod";
import { salvageJson, writeJson } from "../../tools/files/json-file.ts";
import type { RunFolder } from "./run-folder.ts";

/** What a run must keep to itself: one file of mode 600, made per run, in no other file, log or argument list. */
export const secretsSchema = z.object({
  adminEmail: z.string(),
  adminUsername: z.string(),
  adminPassword: z.string(),
  databasePassword: z.string(),
  /** The owner's token, once bootstrap made it. */
  token: z.string().optional(),
  /** Private key of the load runner's user, in OpenSSH's format; its public half is in the environment. */
  runnerKey: z.string().optional(),
  /** Of Coder's certificate, in PEM; the certificate itself is in the environment. */
  tlsKey: z.string().optional(),
  /** The Coder licence, posted in bootstrap, when the size needs one. */
  licence: z.string().optional(),
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

/** The run's secrets, or undefined when the file is lost or damaged: teardown must go on without them. */
export async function findSecrets(folder: RunFolder): Promise<Secrets | undefined> {
  return salvageJson(folder.secrets, secretsSchema);
}
