import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { packageFile } from "../../reference-architectures/package-file.ts";

/**
 * OpenTofu, which applies an export as Terraform does: that of PATH, or what scripts/install-tofu.sh has built. Undefined
 * where there is none, which is said aloud: a skipped proof proves nothing.
 */
export function findTofu(): string | undefined {
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    process.env["REFBENCH_TOFU"] ?? packageFile(".refbench/tools/tofu"),
  ];
  const found = folders.map((folder) => join(folder, "tofu")).find((file) => existsSync(file));
  if (found === undefined) console.warn("SKIPPED: no tofu on PATH: build it with scripts/install-tofu.sh");
  return found;
}
