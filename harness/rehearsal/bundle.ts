import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type BuildOptions, type BuildResult, stop } from "esbuild";

const ROOT = join(import.meta.dirname, "../..");

const COMMONJS = [
  'import { createRequire } from "node:module";',
  "const require = createRequire(import.meta.url);",
  "const bundleDirname = import.meta.dirname, bundleFilename = import.meta.filename;",
].join("\n");

/** Bundles an entry into one file for fast starts, kept by content, and returns its path. */
export async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await buildOnce({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    // ES modules may await at the top; the CommonJS packages inside want a `require` and a folder.
    format: "esm",
    banner: { js: COMMONJS },
    define: { __dirname: "bundleDirname", __filename: "bundleFilename" },
    logLevel: "silent",
    external: ["cpu-features", "*.node"],
  });
  const text = outputFiles[0]?.contents ?? new Uint8Array();
  const name = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const folder = join(ROOT, "node_modules/.cache/refbench");
  const file = join(folder, `${name}.mjs`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
  return file;
}

let building = 0;

/** Builds, and ends esbuild's service after the last build: it would stay beside run and reaper with 120 MiB or more. */
async function buildOnce(
  options: BuildOptions & { readonly write: false },
): Promise<BuildResult<{ write: false }>> {
  building++;
  try {
    return await build<{ write: false }>(options);
  } finally {
    building--;
    if (building === 0) await stop();
  }
}
