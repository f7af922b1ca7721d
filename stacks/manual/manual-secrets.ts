import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { getArchitecture } from "../../reference-architectures/catalogue.ts";
import type { Environment } from "../environment.ts";
import { findUserJson } from "../read-json.ts";
import { DATABASE_URL, ephemeralVariables, newSecret, TLS_KEY } from "../secrets.ts";

/** The file of secrets in an environment's folder, with mode 600. */
export const SECRETS_FILE = "secrets.json";

const SECRETS = {
  what: "the secrets of an environment",
  next: "restore the file, or delete it if the environment is destroyed: then new secrets are made",
};

/**
 * Returns the secrets of this environment, which are created once. Throws `EnvironmentError` if they cannot be read.
 */
export async function manualSecrets(
  folder: string,
  environment: Environment,
): Promise<Readonly<Record<string, string>>> {
  const file = join(folder, SECRETS_FILE);
  const kept = (await findUserJson(file, z.record(z.string(), z.string()), SECRETS)) ?? {};
  const secrets = { ...newManualSecrets(environment), ...kept };
  if (Object.keys(secrets).length > Object.keys(kept).length) await writeSecretJson(file, secrets);
  return secrets;
}

/** Secrets that are not random: a key belongs to its certificate, and the URL of an own Postgres is the user's. */
const GIVEN: ReadonlySet<string> = new Set([TLS_KEY, DATABASE_URL]);

/** Creates a secret for each variable that may have a random one. */
export function newManualSecrets(environment: Environment): Readonly<Record<string, string>> {
  const names = getArchitecture(environment.architecture).stacks.flatMap((stack) =>
    ephemeralVariables(stack, environment),
  );
  return Object.fromEntries(names.filter((name) => !GIVEN.has(name)).map((name) => [name, newSecret()]));
}

/** Writes the file atomically, readable for its owner only. */
export async function writeSecretJson(file: string, content: unknown): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
}
