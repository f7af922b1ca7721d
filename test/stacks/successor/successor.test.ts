import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { execa } from "execa";
import { expect, test } from "vitest";
import { packageFile } from "../../../reference-architectures/package-file.ts";

/** cdktf is archived: whoever keeps the stacks may replace it by its successor, with the bindings that there are. */
test("every stack is the same under cdktn, the successor of cdktf", { timeout: 5 * 60_000 }, async () => {
  // Inside the package, so that the program finds what is not bundled.
  const folder = await mkdtemp(join(packageFile("node_modules"), ".successor-"));
  const output = await mkdtemp(join(tmpdir(), "successor-"));
  try {
    const [ours, theirs] = await Promise.all([
      stacksBy("cdktf", "0.21.0", { folder, output }),
      stacksBy("cdktn", "0.24.0", { folder, output }),
    ]);
    expect(ours.size).toBeGreaterThan(50);
    expect(theirs).toEqual(ours);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(output, { recursive: true, force: true });
  }
});

/** Returns the JSON of every stack by its path, synthesized in one process with this library in cdktf's place. */
async function stacksBy(
  library: string,
  version: string,
  { folder, output: parent }: { readonly folder: string; readonly output: string },
): Promise<ReadonlyMap<string, unknown>> {
  const output = join(parent, library);
  const program = join(folder, `${library}.mjs`);
  await build({
    entryPoints: [packageFile("test/stacks/successor/every-environment.ts")],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    alias: { cdktf: library },
    external: ["ssh2", "selfsigned"],
    // Some modules of it are CommonJS.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const __filename = import.meta.filename; const __dirname = import.meta.dirname;",
    },
    logLevel: "error",
  });
  await execa(process.execPath, [program, output], { cwd: packageFile() });
  const files = await readdir(output, { recursive: true });
  const stacks = files.filter((file) => file.endsWith("cdk.tf.json")).toSorted();
  return new Map(
    await Promise.all(
      stacks.map(
        async (file) => [file, withoutVersion(await readFile(join(output, file), "utf8"), version)] as const,
      ),
    ),
  );
}

/** The library writes its own version into each stack. */
function withoutVersion(text: string, version: string): unknown {
  const stack = JSON.parse(text) as { readonly "//": { metadata: { version?: string } } };
  expect(stack["//"].metadata.version).toBe(version);
  delete stack["//"].metadata.version;
  return stack;
}
