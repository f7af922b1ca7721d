import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageFile } from "../../../reference-architectures/package-file.ts";
import { BUILD_FOLDER } from "../../model/programs.ts";

/** Sources that decide what a page holds. */
const SOURCES = ["harness/model", "harness/results", "harness/tools", "reference-architectures"];
/** What pages are made of besides code, and the versions of the packages that draw. */
const FILES = ["harness/results/page/style.css", "package.json"];

/**
 * Returns a digest that changes whenever the program that draws pages does.
 * @param moduleUrl the `import.meta.url` of the module that imports everything that draws
 */
export function programDigest(moduleUrl: string): string {
  const module = fileURLToPath(moduleUrl);
  // A compiled file names those that it imports by their content, so its own text stands for all of them.
  const code = module.startsWith(packageFile(BUILD_FOLDER)) ? [module] : SOURCES.flatMap(sourcesBelow);
  const hash = createHash("sha256");
  for (const file of [...code, ...FILES.map((name) => packageFile(name))])
    hash.update(readFileSync(file)).update("\0");
  // Node brings the words for numbers and days.
  return hash.update(process.version).digest("hex");
}

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(packageFile(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
