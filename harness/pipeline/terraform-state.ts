import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { InventoryItem } from "../model/ports/inventory.ts";
import { parseJson } from "../tools/parse-json.ts";

/** A managed resource in a Terraform state, with the names that an inventory may use for it. */
export interface NamedResource {
  /** Without modules and indexes: `google_compute_network.own`. */
  readonly address: string;
  readonly kind: string;
  readonly names: ReadonlySet<string>;
  /** The namespace of a cluster in which it is. */
  readonly namespace?: string;
}

/** Where a resource of Kubernetes, or a release of Helm, says in which namespace it is. */
const within = z.object({
  namespace: z.string().optional(),
  metadata: z.array(z.object({ namespace: z.string().nullish() })).optional(),
});

const stateSchema = z.object({
  resources: z.array(
    z.object({
      mode: z.string(),
      type: z.string(),
      name: z.string(),
      instances: z.array(z.object({ attributes: z.record(z.string(), z.unknown()).nullish() })),
    }),
  ),
});

const NAMING = ["name", "id", "arn", "self_link", "identifier"];

/** The managed resources that a state file names; undefined if the file is missing or unreadable. */
export async function findNamedResources(file: string): Promise<readonly NamedResource[] | undefined> {
  try {
    const { resources } = stateSchema.parse(parseJson(await readFile(file, "utf8")));
    return resources
      .filter(({ mode }) => mode === "managed")
      .flatMap(({ type, name, instances }) =>
        instances.map(({ attributes }) => ({
          address: `${type}.${name}`,
          kind: type,
          names: new Set(NAMING.map((key) => attributes?.[key]).filter((value) => typeof value === "string")),
          ...namespaceIn(attributes),
        })),
      );
  } catch {
    return undefined;
  }
}

function namespaceIn(attributes: unknown): Pick<NamedResource, "namespace"> {
  const found = within.safeParse(attributes).data;
  const namespace = found?.namespace ?? found?.metadata?.[0]?.namespace ?? "";
  return namespace === "" ? {} : { namespace };
}

/** Whether a state's resource is a listed item: of the same kind, with the same name or id. */
export function isSame(
  { kind, names }: NamedResource,
  item: Pick<InventoryItem, "id" | "kind" | "name">,
): boolean {
  return item.kind === kind && [item.name, item.id, nativeId(item)].some((name) => names.has(name));
}

/**
 * The cloud's own id, without the prefix of the inventory: the kind (`aws_vpc/vpc-1`) or the API
 * (`compute:projects/…`).
 */
function nativeId({ id, kind }: Pick<InventoryItem, "id" | "kind">): string {
  return id.startsWith(`${kind}/`) ? id.slice(kind.length + 1) : id.replace(/^[A-Za-z]+:(?=projects\/)/, "");
}
