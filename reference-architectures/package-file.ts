import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

let root: string | undefined;

/**
 * Returns the path of a file or folder of this installation, by its path from the folder of package.json. Compiled
 * files are not where their sources are, so no other module may derive a path from `import.meta`. Throws in a program
 * that was copied out of its installation.
 */
export function packageFile(...names: readonly string[]): string {
  root ??= findRoot(import.meta.dirname);
  return join(root, ...names);
}

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (dirname(folder) === folder) throw new Error(`${from} is not inside an installation of refbench`);
  }
}
