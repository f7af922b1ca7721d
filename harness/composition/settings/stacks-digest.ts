import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseJson } from "../../tools/parse-json.ts";
import { packageFile } from "../../../reference-architectures/package-file.ts";
import { templateFolder } from "../../../reference-architectures/template-folder.ts";

/** The packages that write a stack: the tool and the providers' bindings. */
const BINDINGS = /^(cdktf|constructs|@cdktf\/.*)$/;

type Versions = Readonly<Record<string, string>>;

/**
 * Returns a digest of what an environment is made from: the stacks, the architecture's workspace template, the pinned
 * images and providers, and the versions of the bindings. Two runs with the same digest deploy the same.
 */
export async function stacksDigest(architecture: string, project = packageFile()): Promise<string> {
  const folders = ["stacks", templateFolder(architecture), join("reference-architectures", "artefacts")];
  const below = await Promise.all(folders.map((folder) => filesBelow(join(project, folder))));
  const digest = createHash("sha256");
  for (const file of below.flat().sort()) {
    const bytes = await readFile(file);
    digest.update(`${relative(project, file)} ${bytes.length}\n`).update(bytes);
  }
  // An installed package does not need the bindings, which are development dependencies: it has them compiled in.
  const { dependencies = {}, devDependencies = {} } = parseJson(
    await readFile(join(project, "package.json"), "utf8"),
  ) as { readonly dependencies?: Versions; readonly devDependencies?: Versions };
  const bindings = Object.entries({ ...devDependencies, ...dependencies }).filter(([name]) =>
    BINDINGS.test(name),
  );
  return digest.update(JSON.stringify(bindings.sort())).digest("hex").slice(0, 16);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
