import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type App,
  TerraformDataSource,
  TerraformElement,
  TerraformProvider,
  TerraformResource,
  TerraformStack,
} from "cdktf";

/** The nested blocks of a block, by name; everything that is not listed is an argument. */
interface Blocks {
  [name: string]: Blocks;
}

/**
 * Writes `shape.json` beside each synthesized stack: what JSON does not say and Terraform's own language must. `order`
 * has the addresses as they were created, and `blocks` the nested blocks of `resource.<type>`, `data.<type>` and
 * `provider.<name>`, both by cdktf's own description.
 */
export async function writeShapes(app: App): Promise<void> {
  for (const stack of app.node.findAll().filter((each) => each instanceof TerraformStack)) {
    const order: string[] = [];
    const blocks: Blocks = {};
    for (const element of stack.node.findAll().filter((each) => each instanceof TerraformElement)) {
      const found = describe(element);
      if (found === undefined) continue;
      order.push(found.address);
      blocks[found.kind] = merge(blocks[found.kind] ?? {}, blocksIn(found.attributes));
    }
    const folder = join(app.outdir, "stacks", stack.node.id);
    await writeFile(join(folder, "shape.json"), JSON.stringify({ order, blocks }));
  }
}

interface Described {
  readonly kind: string;
  readonly address: string;
  readonly attributes: unknown;
}

function describe(element: TerraformElement): Described | undefined {
  const described = element.toHclTerraform() as Record<string, Record<string, unknown>>;
  if (element instanceof TerraformProvider) {
    const type = element.terraformResourceType;
    return {
      kind: `provider.${type}`,
      address: `provider.${type}`,
      attributes: described["provider"]?.[type],
    };
  }
  if (!(element instanceof TerraformResource || element instanceof TerraformDataSource)) return undefined;
  const { terraformResourceType: type, friendlyUniqueId: id } = element;
  const role = element instanceof TerraformResource ? "resource" : "data";
  const attributes = (described[role]?.[type] as Record<string, unknown> | undefined)?.[id];
  return { kind: `${role}.${type}`, address: `${role === "data" ? "data." : ""}${type}.${id}`, attributes };
}

interface Argument {
  readonly isBlock?: boolean;
  readonly is_block?: boolean;
  readonly value?: unknown;
}

/** Reads cdktf's description of arguments: `{ name: { value, isBlock } }`, where a block's value is the same again. */
function blocksIn(attributes: unknown): Blocks {
  const found: Blocks = {};
  for (const each of Array.isArray(attributes) ? (attributes as unknown[]) : [attributes]) {
    if (typeof each !== "object" || each === null) continue;
    for (const [name, argument] of Object.entries(each as Record<string, Argument | undefined>)) {
      // cdktf spells a provider's in snake case.
      if (argument?.isBlock !== true && argument?.is_block !== true) continue;
      found[name] = merge(found[name] ?? {}, blocksIn(argument.value));
    }
  }
  return found;
}

function merge(one: Blocks, other: Blocks): Blocks {
  const merged: Blocks = { ...one };
  for (const [name, inner] of Object.entries(other)) merged[name] = merge(merged[name] ?? {}, inner);
  return merged;
}
