import { z } from "zod";
import { parseQuantity } from "../../kubernetes/quantity.ts";

const amounts = z.record(z.string(), z.string()).optional();
const nodeList = z.object({
  items: z
    .array(
      z.object({
        metadata: z.object({ name: z.string() }),
        status: z.object({ capacity: amounts, allocatable: amounts }),
      }),
    )
    .nullable(),
});

/** What a node has. */
export interface NodeSize {
  readonly name: string;
  readonly cores?: number;
  readonly memoryBytes?: number;
  readonly pods?: number;
}

/** Reads a list of nodes; undefined for anything else. */
export function readNodeSizes(json: unknown): readonly NodeSize[] | undefined {
  const parsed = nodeList.safeParse(json);
  if (!parsed.success) return undefined;
  return (parsed.data.items ?? []).map(({ metadata, status }) => {
    const cores = parseQuantity(status.capacity?.["cpu"] ?? "");
    const memoryBytes = parseQuantity(status.capacity?.["memory"] ?? "");
    const pods = parseQuantity(status.allocatable?.["pods"] ?? "");
    return {
      name: metadata.name,
      ...(cores === undefined ? {} : { cores }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...(pods === undefined ? {} : { pods }),
    };
  });
}
