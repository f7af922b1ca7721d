import { type Block, blockText, Expression } from "./hcl.ts";
import { type Files, Generalizer, type Placeholders } from "./generalize.ts";
import { argumentOf, blockOf } from "./body.ts";
import { fileOf } from "./file-of.ts";
import { FIRST_ROOT, identifier, isCrossOutput, renamedReferences, REPEATED_OUTPUTS } from "./names.ts";
import type { Blocks, Json, Shape, StackJson } from "./stack-json.ts";
import { OUTPUT_WORDS, type Variable } from "./words.ts";

/** A root to write, and the one before it, which it reads. */
export interface RootRequest {
  readonly stack: StackJson;
  readonly shape: Shape;
  readonly placeholders: Placeholders;
  /** The variables that an export adds, in order. Those that the root does not use are left out. */
  readonly variables: readonly Variable[];
  /** The names of the other root's outputs, by those of cdktf. */
  readonly crossOutputs: ReadonlyMap<string, string>;
}

/** Returns the files of a root by their path in it, each formatted as `terraform fmt` does. */
export function rootFiles(request: RootRequest): Files {
  const { stack, shape, placeholders, crossOutputs } = request;
  const files: Files = new Map();
  const general = new Generalizer(placeholders, renamedReferences(stack, crossOutputs), files);
  const bodies = new Map<string, Block[]>();
  const add = (file: string, block: Block): void => {
    bodies.set(file, [...(bodies.get(file) ?? []), block]);
  };
  for (const [name, each] of providers(stack))
    add("providers.tf", blockOf(`provider "${name}"`, each, blocksOfProvider(name, shape), general));
  if (stack.data?.["terraform_remote_state"] !== undefined) add(`${FIRST_ROOT}.tf`, remoteState());
  for (const { role, type, id, body } of inOrder(stack, shape)) {
    if (role === "data" && !isRead(stack, type, id)) continue;
    const head = `${role} "${type}" "${identifier(id)}"`;
    add(fileOf(type, pathOf(body)), blockOf(head, body, shape.blocks[`${role}.${type}`] ?? {}, general));
  }
  const locals = Object.entries(stack.locals ?? {});
  if (locals.length > 0)
    add("locals.tf", {
      head: "locals",
      args: locals.map(([name, value]) => [identifier(name), general.value(value, name)]),
      blocks: [],
    });
  for (const block of outputs(stack, crossOutputs, general)) add("outputs.tf", block);
  const used = [...bodies.values()].flat().map(blockText).join("\n");
  for (const block of variables(request, used, general)) add("variables.tf", block);
  add("versions.tf", versions(stack));
  for (const [file, blocks] of bodies) files.set(file, `${blocks.map(blockText).join("\n\n")}\n`);
  return files;
}

function providers({ provider = {} }: StackJson): readonly (readonly [string, Json])[] {
  return Object.entries(provider).flatMap(([name, each]) => each.map((body) => [name, body] as const));
}

/** cdktf describes helm's nested arguments as blocks, and not the block of AWS' default tags. */
function blocksOfProvider(name: string, { blocks }: Shape): Blocks {
  if (name === "helm") return {};
  return { ...blocks[`provider.${name}`], ...(name === "aws" ? { default_tags: {} } : {}) };
}

interface Addressed {
  readonly role: "resource" | "data";
  readonly type: string;
  readonly id: string;
  readonly body: Json;
}

function inOrder({ resource = {}, data = {} }: StackJson, { order }: Shape): readonly Addressed[] {
  const all = (["resource", "data"] as const).flatMap((role) =>
    Object.entries(role === "resource" ? resource : data).flatMap(([type, instances]) =>
      Object.entries(instances).map(([id, body]) => ({ role, type, id, body })),
    ),
  );
  const rank = ({ role, type, id }: Addressed): number =>
    order.indexOf(`${role === "data" ? "data." : ""}${type}.${id}`);
  return all
    .filter(({ type }) => type !== "terraform_remote_state")
    .toSorted((one, other) => rank(one) - rank(other));
}

/** Some data is read for an output that an export has no use for. */
function isRead({ output = {}, ...others }: StackJson, type: string, id: string): boolean {
  const kept = Object.entries(output).filter(([name]) => !REPEATED_OUTPUTS.has(name));
  return JSON.stringify([others, kept]).includes(`data.${type}.${id}.`);
}

function pathOf(body: Json): readonly string[] {
  const { metadata } = (body["//"] ?? {}) as { readonly metadata?: { readonly path?: string } };
  return (metadata?.path ?? "").split("/").slice(1);
}

function remoteState(): Block {
  return {
    head: `data "terraform_remote_state" "${FIRST_ROOT}"`,
    args: [
      ["backend", "local"],
      ["config", { path: `\${path.module}/../${FIRST_ROOT}/terraform.tfstate` }],
    ],
    blocks: [],
  };
}

function outputs(
  { output = {} }: StackJson,
  crossOutputs: ReadonlyMap<string, string>,
  general: Generalizer,
): readonly Block[] {
  const values = new Map<string, unknown>();
  for (const [name, { value }] of Object.entries(output)) {
    if (REPEATED_OUTPUTS.has(name)) continue;
    values.set(isCrossOutput(name) ? (crossOutputs.get(name) ?? name) : name, value);
  }
  return [...values]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([name, value]) => {
      const words = OUTPUT_WORDS[name];
      return {
        head: `output "${name}"`,
        args: [
          ...(words === undefined ? [] : [["description", words] as const]),
          ["value", general.value(value, name)] as const,
        ],
        blocks: [],
      };
    });
}

function variables(
  { stack, variables: added }: RootRequest,
  used: string,
  general: Generalizer,
): readonly Block[] {
  const isUsed = (name: string): boolean => new RegExp(`\\bvar\\.${name}\\b`).test(used);
  const own = Object.entries(stack.variable ?? {}).map(([name, body]): Variable => {
    const { validation = [], ...args } = body as Json & { validation?: readonly Json[] };
    return { name, args, validations: validation };
  });
  return [...added.filter(({ name }) => isUsed(name)), ...own].map(({ name, args, validations = [] }) => ({
    head: `variable "${name}"`,
    args: ["description", "type", "default", "ephemeral", "sensitive", "nullable"]
      .filter((key) => key in args)
      .map((key) => [key, key === "type" ? new Expression(String(args[key])) : args[key]]),
    blocks: validations.map((each) => ({
      head: "validation",
      args: Object.entries(each).map((entry) => argumentOf(entry, general)),
      blocks: [],
    })),
  }));
}

function versions({ terraform }: StackJson): Block {
  const required = Object.entries(terraform.required_providers).map(
    ([name, { source, version }]) =>
      [name, { source: source.includes("/") ? source : `hashicorp/${source}`, version }] as const,
  );
  return {
    head: "terraform",
    args: [["required_version", terraform.required_version]],
    blocks: [
      {
        head: "required_providers",
        // Each on lines of its own, as every reader expects.
        args: required.map(([name, { source, version }]) => [
          name,
          new Expression(`{\n  source  = "${source}"\n  version = "${version}"\n}`),
        ]),
        blocks: [],
      },
    ],
  };
}
