import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { packageFile } from "../../../reference-architectures/package-file.ts";
import { BUILD_FOLDER } from "../../model/programs.ts";

/** Sources that decide what a page holds. */
const SOURCES = ["harness/model", "harness/results", "harness/tools", "reference-architectures"];
/** What pages are made of besides code, and the versions of the packages that draw. */
const FILES = ["harness/results/page/style.css", "package.json"];

/** Returns a digest that changes whenever the program that draws pages does. */
export function programDigest(): string {
  // A packed installation has no sources. Each of its compiled files is named by its content.
  const isPacked = !SOURCES.every((folder) => existsSync(packageFile(folder)));
  const hash = createHash("sha256");
  const code = isPacked ? [] : SOURCES.flatMap((folder) => filesBelow(folder, ".ts"));
  for (const file of [...code, ...FILES.map((name) => packageFile(name))])
    hash.update(readFileSync(file)).update("\0");
  if (isPacked) for (const file of filesBelow(BUILD_FOLDER, "")) hash.update(basename(file)).update("\0");
  // Node formats numbers and days.
  return hash.update(process.version).digest("hex");
}

function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(packageFile(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
