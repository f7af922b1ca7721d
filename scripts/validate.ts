/**
 * Validates what is synthesized for every size, database and option with the real providers: a registry's, or those of
 * a mirror (`terraform providers mirror` makes one). Prints what they say, and fails on any error.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ExecaError } from "execa";
import { synthesize } from "../harness/terraform/synthesize.ts";
import { ArchitectureError } from "../reference-architectures/error.ts";
import { casesOf, type ValidationCase } from "./validate/cases.ts";
import { type Diagnostic, ValidationWorkspace } from "./validate/workspace.ts";

const { values, positionals } = parseArgs({
  options: { mirror: { type: "string" } },
  allowPositionals: true,
});
const root = await mkdtemp(join(tmpdir(), "refbench-validate-"));
try {
  const cases = casesOf(positionals);
  const workspace = await ValidationWorkspace.open(root, values.mirror);
  let [stacks, errors] = [0, 0];
  for (const [index, validated] of cases.entries()) {
    const directory = join(root, String(index));
    for (const stack of await synthesizeCase(validated, directory)) {
      const diagnostics = await workspace.validate(join(directory, stack));
      for (const diagnostic of diagnostics) console.log(inWords(validated.name, stack, diagnostic));
      stacks += 1;
      errors += diagnostics.filter(({ severity }) => severity === "error").length;
    }
  }
  console.log(`${stacks} stacks validated, ${errors} errors`);
  process.exitCode = errors === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof ArchitectureError || error instanceof ExecaError)) throw error;
  // A wrong name, or a provider that is not where it was looked for: the sentence helps, the stack does not.
  console.error(error.message);
  process.exitCode = 2;
} finally {
  await rm(root, { recursive: true, force: true });
}

/** Synthesizes below the directory; answers the stacks' names. */
async function synthesizeCase(
  { environment }: ValidationCase,
  directory: string,
): Promise<readonly string[]> {
  await mkdir(directory);
  const environmentFile = join(directory, "environment.json");
  await writeFile(environmentFile, JSON.stringify(environment));
  const signal = new AbortController().signal;
  const made = await synthesize({ environmentFile, directory, env: process.env, signal });
  return made.map(({ name }) => name);
}

function inWords(name: string, stack: string, { severity, summary, detail, snippet }: Diagnostic): string {
  const where = snippet?.context ?? "the stack itself";
  return `${severity}: ${name}: ${stack}: ${where}: ${summary}${detail ? `\n  ${detail.replaceAll("\n", "\n  ")}` : ""}`;
}
