import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The CLI configuration that puts somebody's own build in a provider's place (`dev_overrides`); undefined when none
 * does. Terraform checks such a provider against no version and no lock file, so no run could be made again with it.
 */
export function findDevOverrides(env: NodeJS.ProcessEnv): string | undefined {
  const file =
    env["TF_CLI_CONFIG_FILE"] ?? env["TERRAFORM_CONFIG"] ?? join(env["HOME"] ?? homedir(), ".terraformrc");
  if (!existsSync(file)) return undefined;
  return /^\s*dev_overrides\b/m.test(readFileSync(file, "utf8")) ? file : undefined;
}
