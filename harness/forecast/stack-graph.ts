import { z } from "zod";
import { RefbenchError } from "../tools/error.ts";
import { instancesOf } from "./instances.ts";
import { referencesIn } from "./references.ts";

const blocks = z.record(z.string(), z.record(z.string(), z.looseObject({})));

/** A stack as cdktf writes it, with the parts that its graph needs. */
const stackJson = z.looseObject({
  resource: blocks.default({}),
  data: blocks.default({}),
  locals: z.record(z.string(), z.unknown()).default({}),
  provider: z.record(z.string(), z.unknown()).default({}),
  variable: z.record(z.string(), z.looseObject({ default: z.unknown() })).default({}),
});
type StackJson = z.infer<typeof stackJson>;

/** One block of a stack: something that Terraform creates, or that it reads. */
export interface StackNode {
  /** Terraform's address, such as `google_sql_user.user` or `data.kubernetes_service_v1.service`. */
  readonly address: string;
  readonly kind: string;
  readonly mode: "managed" | "data";
  /** How many of it there are; undefined if only the apply decides. */
  readonly instances: number | undefined;
  /** Addresses of this stack that it waits for, without itself. */
  readonly after: readonly string[];
}

/** What Terraform creates and reads in one stack, and in which order. */
export interface StackGraph {
  readonly stack: string;
  readonly nodes: readonly StackNode[];
}

/** Reads the graph of a synthesized stack: edges from references, `depends_on`, locals, and its providers' settings. */
export function readStackGraph(
  stack: string,
  json: unknown,
  /** Values that the run gives to variables of the stack, by name. */
  variables: Readonly<Record<string, unknown>> = {},
): StackGraph {
  const parsed = stackJson.safeParse(json);
  if (!parsed.success)
    throw new RefbenchError(
      "synthesis",
      `stack ${stack} is not Terraform's JSON: ${z.prettifyError(parsed.error)}`,
    );
  const blocksByAddress = listBlocks(parsed.data);
  const known = new Set(blocksByAddress.map(({ address }) => address));
  const resolve = resolverOf(parsed.data, known);
  const values = { ...defaultsOf(parsed.data), ...variables };
  const providers = Object.fromEntries(
    Object.entries(parsed.data.provider).map(([name, settings]) => [name, resolve(referencesIn(settings))]),
  );
  return {
    stack,
    nodes: blocksByAddress.map(({ address, kind, mode, block }) => {
      const named = new Set([...referencesIn(block), ...dependsOn(block)]);
      const own = providerOf(kind);
      const after = new Set([...resolve(named), ...(providers[own] ?? [])]);
      after.delete(address);
      return { address, kind, mode, instances: instancesOf(block, values), after: [...after].sort() };
    }),
  };
}

interface Block {
  readonly address: string;
  readonly kind: string;
  readonly mode: StackNode["mode"];
  readonly block: Readonly<Record<string, unknown>>;
}

function listBlocks({ resource, data }: StackJson): readonly Block[] {
  const list = (all: StackJson["data"], mode: StackNode["mode"], prefix: string): readonly Block[] =>
    Object.entries(all).flatMap(([kind, named]) =>
      Object.entries(named).map(([name, block]) => ({
        address: `${prefix}${kind}.${name}`,
        kind,
        mode,
        block,
      })),
    );
  return [...list(resource, "managed", ""), ...list(data, "data", "data.")];
}

/** Returns a function that replaces locals by what they refer to, and omits what is not a block of the stack. */
function resolverOf(
  { locals }: StackJson,
  known: ReadonlySet<string>,
): (named: Iterable<string>) => ReadonlySet<string> {
  const resolve = (named: Iterable<string>, seen: ReadonlySet<string> = new Set()): ReadonlySet<string> => {
    const found = new Set<string>();
    for (const address of named) {
      if (known.has(address)) found.add(address);
      const local = address.startsWith("local.") ? address.slice("local.".length) : undefined;
      if (local === undefined || seen.has(local)) continue;
      for (const inner of resolve(referencesIn(locals[local]), new Set([...seen, local]))) found.add(inner);
    }
    return found;
  };
  return resolve;
}

/** `depends_on`, and `replace_triggered_by` of a lifecycle, are addresses without an expression around them. */
function dependsOn(block: Readonly<Record<string, unknown>>): readonly string[] {
  const { depends_on: list } = block;
  const lifecycle = z
    .looseObject({ replace_triggered_by: z.array(z.string()).default([]) })
    .safeParse(block["lifecycle"]);
  const named = [
    ...(Array.isArray(list) ? list.map(String) : []),
    ...(lifecycle.data?.replace_triggered_by ?? []),
  ];
  // `kind.name`, or `data.kind.name`, without an attribute.
  return named.map((text) =>
    text
      .split(".")
      .slice(0, text.startsWith("data.") ? 3 : 2)
      .join("."),
  );
}

function defaultsOf({ variable }: StackJson): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(variable).map(([name, { default: value }]) => [name, value]));
}

/** Terraform's provider of a kind: its first word. */
function providerOf(kind: string): string {
  return kind.split("_")[0] ?? kind;
}
