import { randomBytes } from "node:crypto";
import { getArchitecture, resolveSize } from "../reference-architectures/catalogue.ts";
import type { Environment } from "./environment.ts";

/** The ephemeral variable with the URL of a Postgres of the user's own. */
export const DATABASE_URL = "database_url";

/** The ephemeral variable with the key of Coder's certificate. */
export const TLS_KEY = "tls_key";

/**
 * The value of an ephemeral variable that is not set. It is not null, because a destroy first makes an ordinary plan,
 * and the providers refuse the version of a write-only attribute without its value. An apply refuses this value.
 */
export const UNSET_SECRET = "no value was set, which only a destroy accepts";

/**
 * Returns the ephemeral variables of a stack. Terraform gets them from `TF_VAR_<name>` or a variables file, and
 * neither plan nor state contains them. All default to `UNSET_SECRET`, so that a plain `terraform destroy` works
 * without them.
 */
export function ephemeralVariables(
  stack: string,
  environment: Pick<Environment, "architecture" | "size" | "overrides" | "tls">,
): readonly string[] {
  // Coder is in the last stack of its architecture.
  const { architecture, tls } = environment;
  const hasCoder = stack === getArchitecture(architecture).stacks.at(-1);
  const database = hasOwnDatabase(environment) ? DATABASE_URL : "db_password";
  return [database, ...(tls !== undefined && hasCoder ? [TLS_KEY] : [])];
}

/** Whether Coder uses a Postgres of the user's own. */
export function hasOwnDatabase({
  architecture,
  size,
  overrides,
}: Pick<Environment, "architecture" | "size" | "overrides">): boolean {
  return resolveSize(architecture, size, overrides).figures.database.kind === "external";
}

/** Creates a secret that needs no escaping in a URL. */
export function newSecret(): string {
  return randomBytes(24).toString("hex");
}
