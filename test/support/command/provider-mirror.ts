import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A filesystem mirror with real providers in the versions that the stacks pin, where somebody has one. */
const mirror = process.env["REFBENCH_PROVIDER_MIRROR"];

/** Whether the mirror has a provider; says aloud when not, since a skipped proof proves nothing. */
export function hasRealProvider(name: "google" | "aws" | "kubernetes" | "helm"): boolean {
  if (mirror !== undefined && existsSync(join(mirror, "registry.terraform.io/hashicorp", name))) return true;
  console.warn(
    `SKIPPED: no real ${name} provider: REFBENCH_PROVIDER_MIRROR names no filesystem mirror that has it`,
  );
  return false;
}

/** Writes a configuration of Terraform into a folder by which providers come from the mirror; returns its path. */
export async function useMirror(folder: string): Promise<string> {
  const config = join(folder, "terraform.rc");
  await writeFile(
    config,
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
  );
  return config;
}
