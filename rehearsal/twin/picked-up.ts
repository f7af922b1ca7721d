import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { TWIN_VARIABLES } from "./settings.ts";
import { TYPES_IN_USE } from "./types-in-use.ts";

/**
 * Why terraform would pick up the twin's provider in this environment, or undefined when it would not: a real run
 * must then refuse to start, since it would measure nothing and call it a cloud.
 */
export function twinProviderPickedUp(env: NodeJS.ProcessEnv): string | undefined {
  const variable = [TWIN_VARIABLES.root, PLUGIN_VARIABLE].find((name) => env[name] !== undefined);
  if (variable !== undefined) return `${variable} is set: this is the environment of a rehearsal`;
  const home = env["HOME"] ?? homedir();
  const cliConfig = env["TF_CLI_CONFIG_FILE"] ?? env["TERRAFORM_CONFIG"] ?? join(home, ".terraformrc");
  const mirrors = [...pathsIn(cliConfig), join(home, ".terraform.d/plugins"), "terraform.d/plugins"];
  const found = mirrors.map(launcherIn).find((launcher) => launcher !== undefined);
  return found === undefined ? undefined : `terraform would run the twin's provider ${found}`;
}

/** By this variable a launcher finds the bundle, and is known as the twin's. */
export const PLUGIN_VARIABLE = "REFBENCH_TWIN_PLUGIN";

/** Every quoted path of a CLI configuration: mirrors and development overrides alike. */
function pathsIn(cliConfig: string): string[] {
  if (!existsSync(cliConfig)) return [];
  const text = readFileSync(cliConfig, "utf8");
  return [...text.matchAll(/=\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
}

function launcherIn(mirror: string): string | undefined {
  return Object.keys(TYPES_IN_USE)
    .flatMap((provider) => [mirror, join(mirror, `registry.terraform.io/hashicorp/${provider}`)])
    .flatMap((folder) => executablesBelow(folder))
    .find((file) => readFileSync(file, "utf8").includes(PLUGIN_VARIABLE));
}

/** Provider executables of a folder as terraform looks for them: in it, or below version and platform. */
function executablesBelow(folder: string, depth = 2): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return depth === 0 ? [] : executablesBelow(path, depth - 1);
    // A real provider has megabytes: only a script can be the twin's.
    return entry.name.startsWith("terraform-provider-") && isSmall(path) ? [path] : [];
  });
}

function isSmall(file: string): boolean {
  return statSync(file).size < 10_000;
}
