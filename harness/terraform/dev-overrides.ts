import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The path of a CLI configuration that replaces a provider by a local build (`dev_overrides`); undefined if none
 * does. Terraform checks such a provider against no version and no lock file, so such a run is not reproducible.
 */
export function findDevOverrides(env: NodeJS.ProcessEnv): string | undefined {
  const file =
    env["TF_CLI_CONFIG_FILE"] ?? env["TERRAFORM_CONFIG"] ?? join(env["HOME"] ?? homedir(), ".terraformrc");
  if (!existsSync(file)) return undefined;
  return /^\s*dev_overrides\b/m.test(readFileSync(file, "utf8")) ? file : undefined;
}
