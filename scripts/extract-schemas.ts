/**
 * Derives the Terraform schemas of the types in use from the installed `@cdktf/provider-*` packages and writes them
 * to `rehearsal/twin/schemas/`. `--check` writes nothing and fails when the committed ones differ.
 * The packages do not say everything: the rest (sensitive, write-only, limits of blocks) is in `rehearsal/twin/overlay/`.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { format } from "prettier";
import { schemaFile } from "../rehearsal/twin/schema-file.ts";
import { TYPES_IN_USE } from "../rehearsal/twin/types-in-use.ts";
import type { ProviderInUse } from "../rehearsal/twin/types-in-use.ts";
import { readBinding } from "./binding.ts";
import { schemaOf } from "./binding-schema.ts";

const SCHEMAS = join(import.meta.dirname, "../rehearsal/twin/schemas");

/** Returns the content of each file, by its path below the folder of schemas, from the installed packages. */
export async function extractSchemas(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const add = async (file: string, folder: string, provider: string, style: ProviderInUse["style"]) => {
    const schema = schemaOf(readBinding(provider, folder), style);
    files.set(file, await format(JSON.stringify(schema), { parser: "json", printWidth: 110 }));
  };
  for (const [provider, { style, resources, dataSources }] of Object.entries(TYPES_IN_USE)) {
    const kebab = (name: string): string => name.replaceAll("_", "-");
    await add(schemaFile("provider", provider), "provider", provider, style);
    for (const name of resources)
      await add(schemaFile("resource", `${provider}_${name}`), kebab(name), provider, style);
    for (const name of dataSources)
      await add(
        schemaFile("data", `${provider}_${name}`),
        `data-${provider}-${kebab(name)}`,
        provider,
        style,
      );
  }
  return files;
}

/** Returns the content of each committed file, by its path below the folder of schemas. */
export function committedSchemas(): Map<string, string> {
  return new Map(
    readdirSync(SCHEMAS, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".json"))
      .map((file) => [file, readFileSync(join(SCHEMAS, file), "utf8")]),
  );
}

/** Returns the files that are missing, superfluous or different. */
export function differences(extracted: Map<string, string>, committed: Map<string, string>): string[] {
  return [...new Set([...extracted.keys(), ...committed.keys()])]
    .filter((file) => extracted.get(file) !== committed.get(file))
    .sort();
}

async function main(): Promise<void> {
  const extracted = await extractSchemas();
  mkdirSync(SCHEMAS, { recursive: true });
  const changed = differences(extracted, committedSchemas());
  if (process.argv.includes("--check")) {
    if (changed.length === 0) return;
    console.error(
      `the schemas of ${changed.join(", ")} differ from the installed @cdktf packages: run npm run schemas and read the diff`,
    );
    process.exitCode = 1;
    return;
  }
  for (const file of changed) {
    const content = extracted.get(file);
    if (content === undefined) rmSync(join(SCHEMAS, file));
    else {
      mkdirSync(dirname(join(SCHEMAS, file)), { recursive: true });
      writeFileSync(join(SCHEMAS, file), content);
    }
  }
  console.log(`${extracted.size} schemas, ${changed.length} changed`);
}

if (process.argv[1] === import.meta.filename) await main();
