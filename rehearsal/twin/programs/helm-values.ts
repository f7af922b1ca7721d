import { parse } from "yaml";
import { CloudError } from "../cloud/cloud-error.ts";
import type { Values } from "../values/value.ts";

interface SetValue {
  readonly name: string;
  readonly value?: string | readonly string[] | null;
  readonly type?: string | null;
}

/** The values that Helm gives a chart: the documents merged in order, then each `set…` list over them. */
export function helmValues(state: Values, config: Values): Values {
  let values: Values = {};
  for (const text of (state["values"] ?? []) as string[]) values = merged(values, document(text));
  // Write-only values exist in the configuration alone.
  for (const list of [state["set"], state["set_list"], state["set_sensitive"], config["set_wo"]])
    for (const { name, value, type } of (list ?? []) as SetValue[])
      setAt(values, pathOf(name), typed(value, type));
  return values;
}

function document(text: string): Values {
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CloudError("Failed to parse values", { detail: `---> ${reason} ${text}` });
  }
  if (parsed === null || parsed === undefined) return {};
  if (typeof parsed === "object" && !Array.isArray(parsed)) return parsed as Values;
  throw new CloudError("Failed to parse values", { detail: "the values are not a map" });
}

/** Helm's merge: maps into each other, anything else replaces; null removes. */
function merged(base: Values, over: Values): Values {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = isMap(below) && isMap(value) ? merged(below, value) : value;
  }
  return result;
}

function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `a.b[0].c\.d` as its steps. */
function pathOf(name: string): (string | number)[] {
  return (name.match(/(?:\\.|[^.[\]\\])+|\[\d+\]/g) ?? []).map((step) =>
    step.startsWith("[") ? Number(step.slice(1, -1)) : step.replaceAll(/\\(.)/g, "$1"),
  );
}

function setAt(values: Values, path: readonly (string | number)[], value: unknown): void {
  let at: Values = values;
  for (const [index, step] of path.slice(0, -1).entries()) {
    const next = at[step];
    if (typeof next !== "object" || next === null) at[step] = typeof path[index + 1] === "number" ? [] : {};
    at = at[step] as Values;
  }
  const last = path.at(-1);
  if (last !== undefined) at[last] = value;
}

/** Helm guesses the type of a set value, unless the type is given as a string. */
function typed(value: SetValue["value"], type: SetValue["type"]): unknown {
  if (typeof value !== "string" || type === "string" || type === "literal") return value;
  if (value === "true" || value === "false") return value === "true";
  if (value === "null") return null;
  return /^-?(0|[1-9]\d*)$/.test(value) ? Number(value) : value;
}
