import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import type { Constraint } from "../../../rehearsal/twin/constraints/constraint.ts";
import { CONSTRAINTS } from "../../../rehearsal/twin/constraints/table.ts";
import { schemaFile } from "../../../rehearsal/twin/schema-file.ts";
import { refusals } from "../../../rehearsal/twin/plugin/validate.ts";
import type { BlockSchema, CtyType, TypeSchema } from "../../../rehearsal/twin/values/schema.ts";
import { TYPES_IN_USE } from "../../../rehearsal/twin/types-in-use.ts";
import { hasRealProvider, useMirror } from "../../support/command/provider-mirror.ts";

type Values = Record<string, unknown>;
interface Violation {
  readonly type: string;
  readonly constraint: Constraint;
  readonly config: Values;
}

const schemas = resolve(import.meta.dirname, "../../../rehearsal/twin/schemas");
const schemaOf = async (type: string): Promise<TypeSchema> =>
  JSON.parse(await readFile(join(schemas, schemaFile("resource", type)), "utf8")) as TypeSchema;

/** A configuration with all that is required, and what breaks the constraint. */
function violating({ block }: TypeSchema, { rule, at, paths }: Constraint): Values {
  const config = required(block);
  if (rule === "requiredWith") put(config, block, at.split("."));
  else if (rule === "conflictsWith") [at, paths[0]!].forEach((path) => put(config, block, path.split(".")));
  else if (at.includes(".")) put(config, block, at.split(".").slice(0, -2));
  return config;
}

function required({ attributes = {}, block_types = {} }: BlockSchema): Values {
  const values = Object.entries(attributes)
    .filter(([, attribute]) => attribute.required === true)
    .map(([name, { type }]) => [name, example(type ?? "string")]);
  const blocks = Object.entries(block_types)
    .filter(([, { min_items = 0 }]) => min_items > 0)
    .map(([name, { block }]) => [name, [required(block)]]);
  return Object.fromEntries([...values, ...blocks]) as Values;
}

function put(values: Values, block: BlockSchema, [name = "", , ...rest]: readonly string[]): void {
  const nested = block.block_types?.[name];
  if (nested === undefined) {
    values[name] = example(block.attributes?.[name]?.type ?? "string");
    return;
  }
  const [written = required(nested.block)] = (values[name] ?? []) as Values[];
  values[name] = [written];
  if (rest.length > 0) put(written, nested.block, rest);
}

function example(type: CtyType): unknown {
  if (type === "number") return 1;
  if (type === "bool") return true;
  if (typeof type === "string") return "x";
  if (type[0] === "map") return { x: example(type[1]) };
  return type[0] === "object" ? {} : [example(type[1])];
}

async function violationsOf(provider: string): Promise<readonly Violation[]> {
  const types = Object.keys(CONSTRAINTS).filter((type) => type.startsWith(`${provider}_`));
  const all = types.map(async (type) => {
    const schema = await schemaOf(type);
    return CONSTRAINTS[type]!.map((constraint) => ({
      type,
      constraint,
      config: violating(schema, constraint),
    }));
  });
  return (await Promise.all(all)).flat();
}

test.each(["google", "aws", "kubernetes"])(
  "the twin refuses what breaks a constraint of %s",
  async (provider) => {
    const violations = await violationsOf(provider);
    expect(violations.length).toBeGreaterThan(0);
    const passed = violations.filter(({ constraint, config }) => refusals([constraint], config).length === 0);
    expect(passed.map(({ type, constraint }) => `${type} ${constraint.rule} ${constraint.at}`)).toEqual([]);
  },
);

describe.each(["google", "aws", "kubernetes"] as const)("the real provider %s", (provider) => {
  test.skipIf(!hasRealProvider(provider))(
    "refuses what the twin refuses, in the same words",
    { timeout: 120_000 },
    async () => {
      const violations = await violationsOf(provider);
      const folder = await mkdtemp(join(tmpdir(), "refbench-constraints-"));
      const resource: Record<string, Values> = {};
      for (const [index, { type, config }] of violations.entries())
        (resource[type] ??= {})[`c${index}`] = config;
      const { version } = TYPES_IN_USE[provider];
      const required_providers = { [provider]: { source: `hashicorp/${provider}`, version } };
      await writeFile(
        join(folder, "main.tf.json"),
        JSON.stringify({ terraform: { required_providers }, resource }),
      );
      const env = { TF_CLI_CONFIG_FILE: await useMirror(folder) };
      await execa("terraform", ["init", "-no-color"], { cwd: folder, env });
      const { stdout } = await execa("terraform", ["validate", "-json"], { cwd: folder, env, reject: false });
      await rm(folder, { recursive: true });
      const missed = violations.filter(({ type, config }) =>
        refusals(CONSTRAINTS[type]!, config).some(
          // A later version of a provider may know more attributes of which one is wanted.
          (words) => !stdout.includes(JSON.stringify(words.replace(/one of `.*/, "one of `")).slice(1, -1)),
        ),
      );
      expect(missed.map(({ type, constraint }) => `${type} ${constraint.rule} ${constraint.at}`)).toEqual([]);
    },
  );
});
