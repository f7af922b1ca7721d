import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseJson } from "../../tools/parse-json.ts";
import { packageFile } from "../../../reference-architectures/package-file.ts";

const PROJECT = packageFile();

/** What decides about a stack beside its code: the tool that writes it, and the providers' bindings. */
const BINDINGS = /^(cdktf|constructs|@cdktf\/.*)$/;

/**
 * Digest of what an environment is made from: the stacks, the architecture's workspace template, the machines' image, and the bindings'
 * versions. A canary of the same digest has deployed the same.
 */
export async function stacksDigest(architecture: string): Promise<string> {
  const folders = ["stacks", join("reference-architectures", architecture, "template")];
  const below = await Promise.all(folders.map((folder) => filesBelow(join(PROJECT, folder))));
  const files = [...below.flat(), join(PROJECT, "reference-architectures", "machine-image.ts")].sort();
  const digest = createHash("sha256");
  for (const file of files) {
    const bytes = await readFile(file);
    digest.update(`${relative(PROJECT, file)} ${bytes.length}\n`).update(bytes);
  }
  const { dependencies = {} } = parseJson(await readFile(join(PROJECT, "package.json"), "utf8")) as {
    dependencies?: Record<string, string>;
  };
  const bindings = Object.entries(dependencies).filter(([name]) => BINDINGS.test(name));
  return digest.update(JSON.stringify(bindings.sort())).digest("hex").slice(0, 16);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
