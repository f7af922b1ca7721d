import type { Constraint } from "../constraints/constraint.ts";
import { UNKNOWN, type Values } from "../values/value.ts";
import { valuesAt } from "../values/walk.ts";

/**
 * Why a provider would refuse a configuration, in the words of its SDK; empty where it would not. A value that is not
 * known yet may still turn out null: it conflicts with nothing, and it may be the one that is wanted.
 */
export function refusals(constraints: readonly Constraint[], config: Values): readonly string[] {
  const refused: { at: string; words: string }[] = [];
  // Blocks come before their contents: the SDK does not look into a block that it refuses. It reports one error per
  // attribute.
  for (const constraint of constraints.toSorted((a, b) => depth(a) - depth(b) || rank(a) - rank(b))) {
    const words = refusal(constraint, config);
    const isRefused = refused.some(({ at }) => constraint.at === at || constraint.at.startsWith(`${at}.`));
    if (words === undefined || isRefused) continue;
    refused.push({ at: constraint.at, words });
  }
  return refused.map(({ words }) => words);
}

function depth({ at }: Constraint): number {
  return at.split(".").length;
}

/** The order in which the SDK looks at the rules of an attribute. */
const RANKS = [
  "exactlyOneOf",
  "atLeastOneOf",
  "requiredWith",
  "conflictsWith",
] as const satisfies readonly Constraint["rule"][];

function rank({ rule }: Constraint): number {
  return RANKS.indexOf(rule);
}

function refusal({ rule, at, paths }: Constraint, config: Values): string | undefined {
  const is = (state: ValueState) => (path: string) => stateOf(config, path) === state;
  const all = [...new Set([at, ...paths])].sort();
  switch (rule) {
    case "requiredWith":
      if (is("unset")(at) || !all.some(is("unset"))) return undefined;
      return `"${at}": all of \`${all.join(",")}\` must be specified`;
    case "conflictsWith": {
      const conflicting = is("unset")(at) ? undefined : paths.find(is("set"));
      return conflicting === undefined ? undefined : `"${at}": conflicts with ${conflicting}`;
    }
    case "exactlyOneOf":
    case "atLeastOneOf": {
      if (!isWritten(config, at)) return undefined;
      const set = all.filter(is("set"));
      if (set.length > 1 && rule === "exactlyOneOf")
        return `"${at}": only one of \`${all.join(",")}\` can be specified, but \`${set.join(",")}\` were specified.`;
      if (set.length > 0 || all.some(is("unknown"))) return undefined;
      return `"${at}": one of \`${all.join(",")}\` must be specified`;
    }
  }
}

type ValueState = "set" | "unset" | "unknown";

/** A block that is not written arrives as an empty list, and is not set. */
function stateOf(config: Values, path: string): ValueState {
  const values = valuesAt(config, path).filter((value) => !Array.isArray(value) || value.length > 0);
  if (values.length === 0) return "unset";
  return values.every((value) => value === UNKNOWN) ? "unknown" : "set";
}

/** Whether the block that an attribute is in is written. */
function isWritten(config: Values, at: string): boolean {
  const block = at.split(".").slice(0, -1);
  return block.length === 0 || valuesAt(config, block.join(".")).length > 0;
}
