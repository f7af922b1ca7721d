import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageFile } from "../../reference-architectures/package-file.ts";

const folder = process.env["REFBENCH_READERS"] ?? packageFile(".refbench/tools/readers");

/**
 * A program that reads what refbench exports and that nobody here wrote: `python`, `otava`, `promtool`, `prometheus`. Undefined where
 * scripts/install-readers.sh has not installed it, which is said aloud: a skipped proof proves nothing.
 */
export function findReader(program: "python" | "otava" | "promtool" | "prometheus"): string | undefined {
  const found = [
    join(folder, "bin", program),
    join(folder, "prometheus/usr/bin", program),
    `/usr/bin/${program}`,
  ]
    // Debian's own python lacks the packages.
    .filter((path) => program !== "python" || path.startsWith(folder))
    .find((path) => existsSync(path));
  if (found === undefined)
    console.warn(`SKIPPED: no ${program} in ${folder}: install it with scripts/install-readers.sh`);
  return found;
}

/** Runs a program with this input and returns its output. Throws, with what it printed, where it fails. */
export function runReader(
  program: string,
  args: readonly string[],
  { input = "", cwd }: { readonly input?: string; readonly cwd?: string } = {},
): string {
  return execFileSync(program, args, {
    input,
    encoding: "utf8",
    // Its warnings are part of the error where it fails, and noise elsewhere.
    stdio: "pipe",
    timeout: 60_000,
    ...(cwd === undefined ? {} : { cwd }),
  });
}
