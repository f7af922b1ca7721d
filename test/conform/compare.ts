import type { Schema, Spec } from "./spec.ts";

/** One recorded exchange. Recordings shorten long arrays and hide secrets behind an ellipsis. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly status?: number;
  readonly query?: string;
  readonly response?: unknown;
}

/** The answer of the server under test in the same situation. */
export interface Played {
  readonly status: number;
  readonly body: unknown;
}

export interface Difference {
  readonly exchange: string;
  /** Path into the answer; `status` and `situation` stand for themselves. */
  readonly field: string;
  readonly recorded: string;
  readonly ours: string;
}

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/(\/organizations\/\{uuid\}\/templates\/)[^/{]+$/, "$1{name}"],
  [/(\/workspace\/)w1$/, "$1{name}"],
];

/** Returns the same key for an exchange and its situation. A websocket's command distinguishes its situations. */
export function keyOf({ method, path, status, query }: Exchange): string {
  const plain = NAMES.reduce((text, [pattern, name]) => text.replace(pattern, name), path);
  const command = method === "WS" ? (/command=([a-z]+)/.exec(query ?? "")?.[1] ?? "") : "";
  return [method, plain, method === "WS" ? "" : String(status), command]
    .filter((part) => part !== "")
    .join(" ");
}

/** Differences of status, of fields and their JSON types, and of an error's words. */
export function compareExchange(recorded: Exchange, played: Played | undefined, spec: Spec): Difference[] {
  const exchange = keyOf(recorded);
  const differs = (field: string, was: string, is: string): Difference => ({
    exchange,
    field,
    recorded: was,
    ours: is,
  });
  if (!played) return [differs("situation", "recorded", "not played")];
  if (recorded.method === "WS") {
    return played.status === 101 ? [] : [differs("status", "101", String(played.status))];
  }
  if (played.status !== recorded.status)
    return [differs("status", String(recorded.status), String(played.status))];
  const found: Difference[] = [];
  const schema = spec.answer(recorded.method, recorded.path, played.status);
  compare(recorded.response, played.body, schema, "", (field, was, is) => {
    if (!found.some((one) => one.field === field)) found.push(differs(field, was, is));
  });
  const words = [recorded.response, played.body].map(messageOf);
  if (played.status >= 400 && words[0] !== words[1])
    found.push(differs("message", words[0] ?? "", words[1] ?? ""));
  return found;

  function compare(
    was: unknown,
    is: unknown,
    given: Schema | undefined,
    field: string,
    report: (field: string, was: string, is: string) => void,
  ): void {
    const described = given && spec.resolved(given);
    const [wasType, isType] = [typeOf(was), typeOf(is)];
    if (isShortened(was)) return;
    if (wasType !== isType && !isAllowed(isType, wasType, described)) {
      report(field, wasType, isType);
      return;
    }
    if (Array.isArray(is)) {
      const examples = Array.isArray(was) ? was.filter((one) => !isShortened(one)) : [];
      const example = examples.length > 0 ? examples.reduce(common) : undefined;
      for (const one of is) compare(example ?? one, one, described?.items, `${field}[]`, report);
      return;
    }
    if (!isObject(is)) return;
    const before = isObject(was) ? was : {};
    for (const name of new Set([...Object.keys(before), ...Object.keys(is)])) {
      const at = field === "" ? name : `${field}.${name}`;
      if (!(name in is)) report(at, typeOf(before[name]), "absent");
      else if (name in before) compare(before[name], is[name], described?.properties?.[name], at, report);
      else {
        const expected = described?.properties?.[name];
        const kind = expected && spec.resolved(expected).type;
        if (!expected && described?.properties && described.additionalProperties === undefined) {
          report(at, "not described", typeOf(is[name]));
        } else if (kind !== undefined && !isOfKind(kind, typeOf(is[name]))) {
          report(at, `described as ${kind}`, typeOf(is[name]));
        }
      }
    }
  }
}

function isOfKind(kind: string, type: string): boolean {
  return kind === type || type === "null" || isNumber(kind, type);
}

/** Null and a value may change places; otherwise the description decides. */
function isAllowed(is: string, was: string, described: Schema | undefined): boolean {
  if (was === "null")
    return described?.type === undefined || described.type === is || isNumber(described.type, is);
  return described?.type !== undefined && isNumber(described.type, is) && isNumber(described.type, was);
}

function isNumber(described: string, is: string): boolean {
  return (described === "integer" || described === "number") && is === "number";
}

/** Returns the common part of two recorded elements. */
function common(one: unknown, other: unknown): unknown {
  if (!isObject(one) || !isObject(other)) return one;
  return Object.fromEntries(
    Object.entries(one)
      .filter(([name]) => name in other)
      .map(([name, value]) => [name, value === null ? other[name] : value]),
  );
}

function messageOf(body: unknown): string {
  const message = isObject(body) ? body["message"] : undefined;
  return typeof message === "string" ? message.replace(/"[^"]*"/g, '"…"') : "";
}

function isShortened(value: unknown): boolean {
  return typeof value === "string" && (value.startsWith("…") || value === "<redacted>");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined || value === "") return value === "" ? "string" : "absent";
  return Array.isArray(value) ? "array" : typeof value;
}
