import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildOptions, BuildResult } from "esbuild";
import { messageOf, RefbenchError } from "../harness/tools/error.ts";
import { privateFolder } from "../harness/tools/files/private-folder.ts";
import { replaceFileSync } from "../harness/tools/files/replace-file.ts";
import { builtProgram, type ProgramName, programSource } from "../harness/model/programs.ts";
import { packageFile } from "../reference-architectures/package-file.ts";

/** Names that CommonJS packages expect inside an ES module. */
const COMMONJS = [
  'import { createRequire as bundleRequire } from "node:module";',
  "const require = bundleRequire(import.meta.url);",
  "const bundleDirname = import.meta.dirname, bundleFilename = import.meta.filename;",
].join("\n");

const made = new Map<string, Promise<string>>();

/** How a program is compiled for Node: as an ES module, whatever packages are inside. */
export const NODE_PROGRAM = {
  bundle: true,
  platform: "node",
  target: "node20",
  // ES modules may await at the top; the CommonJS packages inside want a `require` and a folder.
  format: "esm",
  banner: { js: COMMONJS },
  define: { __dirname: "bundleDirname", __filename: "bundleFilename" },
  external: ["cpu-features", "*.node"],
} as const satisfies BuildOptions;

/** The path of a program in one file: the one that was compiled with this code, or else its source bundled now. */
export async function programFile(name: ProgramName): Promise<string> {
  return builtProgram(name) ?? bundle(programSource(name));
}

/**
 * Bundles an entry into one file for fast starts, kept by content, and returns its path. Throws `usage` where no
 * folder can keep it.
 */
export async function bundle(entry: string): Promise<string> {
  const before = await made.get(entry)?.catch(() => undefined);
  if (before !== undefined && existsSync(before)) return before;
  const making = make(entry);
  made.set(entry, making);
  return making;
}

async function make(entry: string): Promise<string> {
  const { outputFiles } = await buildOnce({
    entryPoints: [entry],
    // Paths of this folder are in the text: the same entry gives the same file wherever it is asked for.
    absWorkingDir: packageFile(),
    ...NODE_PROGRAM,
    external: [...NODE_PROGRAM.external],
    write: false,
    logLevel: "silent",
  });
  return keepBundle(outputFiles[0]?.contents ?? new Uint8Array());
}

/**
 * Folders for bundles: beside the installation, or in the user's own folder when another user owns the installation.
 */
const FOLDERS: readonly (() => string)[] = [
  () => packageFile("node_modules/.cache/refbench"),
  () => join(privateFolder(), "bundles"),
];

/** Keeps a program in the first folder that can be written, under its digest, and returns its path. */
export function keepBundle(content: Uint8Array, folders = FOLDERS): string {
  const name = `${createHash("sha256").update(content).digest("hex").slice(0, 16)}.mjs`;
  const refusals: string[] = [];
  for (const folder of folders) {
    try {
      return keepIn(folder(), name, content);
    } catch (error) {
      refusals.push(messageOf(error));
    }
  }
  throw new RefbenchError(
    "usage",
    `refbench's programs cannot be kept anywhere: ${refusals.join("; ")}; make one of these folders writable, or set TMPDIR to a folder of your own`,
  );
}

function keepIn(folder: string, name: string, content: Uint8Array): string {
  const file = join(folder, name);
  // Half a file, as a full disk leaves it, or another's, has the right name too.
  if (existsSync(file) && readFileSync(file).equals(content)) return file;
  mkdirSync(folder, { recursive: true });
  replaceFileSync(file, content);
  return file;
}

let building = 0;

/**
 * Builds, and ends esbuild's service after the last build: it would keep 120 MiB or more during the run and the reaper.
 */
async function buildOnce(
  options: BuildOptions & { readonly write: false },
): Promise<BuildResult<{ write: false }>> {
  // A compiled refbench bundles nothing: esbuild is loaded only where it is used.
  const { build, stop } = await import("esbuild");
  building++;
  try {
    return await build<{ write: false }>(options);
  } finally {
    building--;
    if (building === 0) await stop();
  }
}
