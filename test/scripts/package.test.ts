import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** The paths that `npm pack` takes, without a build. */
async function packedFiles(): Promise<readonly string[]> {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const { stdout } = await promisify(execFile)("npm", args, { cwd: ROOT, maxBuffer: 2 ** 26 });
  const [{ files }] = JSON.parse(stdout) as [{ files: readonly { readonly path: string }[] }];
  return files.map(({ path }) => path);
}

/** The fixed paths that the program reads from its own installation. */
async function pathsRead(): Promise<readonly string[]> {
  const folders = ["harness", "rehearsal", "stacks", "reference-architectures"];
  const sources = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(ROOT, folder), { recursive: true }))
        .filter((name) => name.endsWith(".ts"))
        .map((name) => join(ROOT, folder, name)),
    ),
  );
  const texts = await Promise.all(sources.flat().map((source) => readFile(source, "utf8")));
  return texts.flatMap((text) => [...text.matchAll(/packageFile\("([^"]+)"\)/g)].map(([, path]) => path!));
}

test("a package has every file that the program reads from its own installation, and no source of the harness", async () => {
  const files = await packedFiles();
  const read = (await pathsRead()).filter((path) => !path.startsWith("node_modules/"));
  expect(read.length).toBeGreaterThan(5);
  const missing = read.filter((path) => !files.some((file) => file === path || file.startsWith(`${path}/`)));
  expect(missing).toEqual([]);
  expect(files).toContain("bin/refbench.js");
  // With this file, a start would compare the build with its sources.
  expect(files).not.toContain("harness/cli/main.ts");
  expect(files.filter((file) => /\.test\.ts$|^test\//.test(file))).toEqual([]);
});
