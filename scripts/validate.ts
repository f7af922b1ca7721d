/**
 * Validates what is synthesized for every size, database and option with the real providers: a registry's, or those of
 * a mirror (`terraform providers mirror` makes one). Prints what they say, and fails on any error. With `--plan` they also
 * plan each stack, offline and with secrets, and its destroy without them.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ExecaError } from "execa";
import { synthesize } from "../harness/terraform/synthesize.ts";
import { PROVIDER_MIRROR } from "../harness/cli/check-providers.ts";
import { ArchitectureError } from "../reference-architectures/error.ts";
import { casesOf, type ValidationCase } from "./validate/cases.ts";
import { type ProviderDiagnostic, ValidationWorkspace } from "./validate/workspace.ts";

/** Its plan reads an account and images: it is planned where an AWS answers, such as moto at AWS_ENDPOINT_URL. */
const NEEDS_AWS = "eks-cloud";

const { values, positionals } = parseArgs({
  options: { mirror: { type: "string" }, plan: { type: "boolean", default: false } },
  allowPositionals: true,
});
const root = await mkdtemp(join(tmpdir(), "refbench-validate-"));
try {
  const cases = casesOf(positionals);
  const workspace = await ValidationWorkspace.open(root, values.mirror ?? process.env[PROVIDER_MIRROR]);
  let [stacks, planned, errors] = [0, 0, 0];
  for (const [index, validated] of cases.entries()) {
    const directory = join(root, String(index));
    for (const stack of await synthesizeCase(validated, directory)) {
      const diagnostics = [...(await workspace.validate(join(directory, stack)))];
      const isPlanned = values.plan && (stack !== NEEDS_AWS || process.env["AWS_ENDPOINT_URL"] !== undefined);
      if (isPlanned) diagnostics.push(...(await workspace.plan(join(directory, stack))));
      planned += isPlanned ? 1 : 0;
      for (const diagnostic of diagnostics) console.log(inWords(validated.name, stack, diagnostic));
      stacks += 1;
      errors += diagnostics.filter(({ severity }) => severity === "error").length;
    }
  }
  const plans = values.plan
    ? `, ${planned} planned offline with secrets and destroyed in a plan without them`
    : "";
  console.log(`${stacks} stacks validated${plans}, ${errors} errors`);
  process.exitCode = errors === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof ArchitectureError || error instanceof ExecaError)) throw error;
  // A wrong name, or a provider that is not where it was looked for: the sentence helps, the stack does not.
  console.error(error.message);
  if (error instanceof ExecaError)
    console.error(
      `without the Terraform registry, name a filesystem mirror with --mirror or ${PROVIDER_MIRROR}`,
    );
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

function inWords(
  name: string,
  stack: string,
  { severity, summary, detail, snippet }: ProviderDiagnostic,
): string {
  const where = snippet?.context ?? "the stack itself";
  return `${severity}: ${name}: ${stack}: ${where}: ${summary}${detail ? `\n  ${detail.replaceAll("\n", "\n  ")}` : ""}`;
}
