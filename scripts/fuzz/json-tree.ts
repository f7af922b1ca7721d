/**
 * JSON as it is written: what no value of JavaScript can hold (`1e400`, a name given twice, `__proto__` as a name, a
 * thousand brackets) can be said too.
 */
export type JsonTree =
  | { readonly kind: "object"; readonly entries: readonly (readonly [name: string, value: JsonTree])[] }
  | { readonly kind: "list"; readonly items: readonly JsonTree[] }
  /** A token as it is written, quotes included. */
  | { readonly kind: "raw"; readonly text: string };

/** The tree of a value. */
export function treeOf(value: unknown): JsonTree {
  if (Array.isArray(value)) return { kind: "list", items: value.map(treeOf) };
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    return { kind: "object", entries: entries.map(([name, one]) => [name, treeOf(one)] as const) };
  }
  return { kind: "raw", text: JSON.stringify(value ?? null) };
}

/** The text of a tree. */
export function treeText(tree: JsonTree): string {
  switch (tree.kind) {
    case "raw":
      return tree.text;
    case "list":
      return `[${tree.items.map(treeText).join(",")}]`;
    case "object":
      return `{${tree.entries.map(([name, value]) => `${JSON.stringify(name)}:${treeText(value)}`).join(",")}}`;
  }
}

/** The number of values in a tree, itself included. */
export function countNodes(tree: JsonTree): number {
  return childrenOf(tree).reduce((sum, child) => sum + countNodes(child), 1);
}

/** The tree with its `at`th value, in the order of the text, replaced; without a replacement it is removed. */
export function replaceNode(
  tree: JsonTree,
  at: number,
  change: (node: JsonTree) => readonly JsonTree[],
): JsonTree {
  let seen = -1;
  const walk = (node: JsonTree): readonly JsonTree[] => {
    seen += 1;
    if (seen === at) {
      // Values inside are counted too, so that later values keep their numbers.
      seen += countNodes(node) - 1;
      return change(node);
    }
    switch (node.kind) {
      case "raw":
        return [node];
      case "list":
        return [{ kind: "list", items: node.items.flatMap(walk) }];
      case "object":
        return [
          {
            kind: "object",
            entries: node.entries.flatMap(([name, value]) => walk(value).map((one) => [name, one] as const)),
          },
        ];
    }
  };
  return walk(tree)[0] ?? { kind: "raw", text: "" };
}

/** The `at`th value of a tree. */
export function nodeAt(tree: JsonTree, at: number): JsonTree | undefined {
  let found: JsonTree | undefined;
  replaceNode(tree, at, (node) => {
    found = node;
    return [node];
  });
  return found;
}

function childrenOf(tree: JsonTree): readonly JsonTree[] {
  if (tree.kind === "list") return tree.items;
  return tree.kind === "object" ? tree.entries.map(([, value]) => value) : [];
}
