import type { StackGraph, StackNode } from "./stack-graph.ts";

/** How many resources of a kind the stacks create, or how often they read one. */
export interface KindCount {
  readonly kind: string;
  /** By the stack's name, without stacks that have none. */
  readonly byStack: Readonly<Record<string, number>>;
  readonly total: number;
  /** Blocks of which only the apply decides how many there are. They are counted once. */
  readonly undecided: number;
}

/** Counts the blocks of stacks by kind, in the order of the kinds' names. */
export function countKinds(graphs: readonly StackGraph[], mode: StackNode["mode"]): readonly KindCount[] {
  const nodes = graphs.flatMap(({ stack, nodes: own }) => own.map((node) => ({ ...node, stack })));
  const wanted = nodes.filter((node) => node.mode === mode && node.instances !== 0);
  const kinds = [...new Set(wanted.map(({ kind }) => kind))].sort();
  return kinds.map((kind) => {
    const own = wanted.filter((node) => node.kind === kind);
    const byStack: Record<string, number> = {};
    for (const { stack, instances = 1 } of own) byStack[stack] = (byStack[stack] ?? 0) + instances;
    return {
      kind,
      byStack,
      total: Object.values(byStack).reduce((sum, count) => sum + count, 0),
      undecided: own.filter(({ instances }) => instances === undefined).length,
    };
  });
}
