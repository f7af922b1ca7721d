import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageFile } from "../../reference-architectures/package-file.ts";

const FILES = ["main.tf", "order.sh", "variables.tf"];

/** The workspace template of a rehearsal on a real server, whatever architecture it rehearses: file name → content. */
export async function readLocalTemplate(
  folder = packageFile("rehearsal/real-coder/template"),
): Promise<Record<string, string>> {
  const files = await Promise.all(
    FILES.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
  );
  return Object.fromEntries(files);
}
