import { expressionsIn } from "./references.ts";

/**
 * Returns how many instances a block has: its `count`, or 1. Undefined if the count is an expression other than a
 * variable or a choice by one, or for `for_each`: only an apply decides then.
 */
export function instancesOf(
  block: Readonly<Record<string, unknown>>,
  variables: Readonly<Record<string, unknown>>,
): number | undefined {
  const { count } = block;
  if (block["for_each"] !== undefined) return undefined;
  if (count === undefined) return 1;
  if (typeof count === "number") return count;
  if (typeof count !== "string") return undefined;
  const [expression = count] = expressionsIn(count);
  return valueOf(expression.trim(), variables);
}

/** `var.n`, a number, or `var.n > 0 ? 1 : 0`. */
function valueOf(expression: string, variables: Readonly<Record<string, unknown>>): number | undefined {
  const bare = expression.replace(/^\((.*)\)$/s, "$1").trim();
  if (/^\d+$/.test(bare)) return Number(bare);
  const [, name] = /^var\.([\w-]+)$/.exec(bare) ?? [];
  if (name !== undefined) return numberOf(variables[name]);
  const choice =
    /^\(?\s*var\.(?<name>[\w-]+)\s*(?<operator>>|==|!=)\s*(?<other>\d+)\s*\)?\s*\?(?<yes>[^:]+):(?<no>.+)$/s.exec(
      bare,
    )?.groups;
  if (choice === undefined) return undefined;
  const value = numberOf(variables[choice["name"] ?? ""]);
  if (value === undefined) return undefined;
  const other = Number(choice["other"]);
  const isTrue =
    choice["operator"] === ">"
      ? value > other
      : choice["operator"] === "=="
        ? value === other
        : value !== other;
  return valueOf((isTrue ? choice["yes"] : choice["no"])?.trim() ?? "", variables);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
