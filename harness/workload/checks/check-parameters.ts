import { failedWith } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import type { EvaluatedParameters, RichParameter } from "../../coder/http/schemas.ts";
import { parseJson } from "../../tools/parse-json.ts";

/** The parameter values of a load, and those of its preset, which Coder puts over the others. */
export interface GivenParameters {
  readonly given: Readonly<Record<string, string>>;
  /** Absent without a preset. */
  readonly preset?: Readonly<Record<string, string>>;
}

/**
 * The problems of a load's parameters, one sentence each, before any workspace is created with them.
 * Coder evaluates them with the given values, so parameters that depend on others are right. Templates of the
 * classic flow, and servers that cannot evaluate, only return a list of parameters; then only certain errors
 * are reported. Never throws; `unknown` says why the server gave no answer.
 */
export async function findWrongParameters(
  admin: CoderClient,
  versionId: string,
  values: GivenParameters,
  isClassic: boolean,
): Promise<{ readonly wrong: readonly string[] } | { readonly unknown: string }> {
  if (!isClassic) {
    const inputs = { ...values.given, ...values.preset };
    // The load's own users do not exist yet, so evaluate as the caller.
    const me = await admin.me();
    if (!me.ok) return { unknown: me.failure.message };
    const evaluated = await admin.evaluateParameters(versionId, me.value.id, inputs);
    if (evaluated.ok) return { wrong: wrongByEvaluation(values.given, evaluated.value) };
    if (!failedWith(evaluated, 404, 405)) return { unknown: evaluated.failure.message };
  }
  const known = await admin.richParameters(versionId);
  if (!known.ok) return { unknown: known.failure.message };
  return { wrong: wrongParameters(values.given, known.value, values.preset) };
}

/**
 * Coder's own diagnostics of the values. Coder ignores names that the template does not have; they are
 * reported here.
 */
export function wrongByEvaluation(
  given: Readonly<Record<string, string>>,
  { diagnostics, parameters }: EvaluatedParameters,
): string[] {
  const names = parameters.map(({ name }) => name);
  const unknown = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => `"${name}" is not a parameter of it with these values, expected ${quoteAll(names)}`);
  const refused = parameters.flatMap(({ name, type, diagnostics: own }) =>
    errorsIn(own).map((error) =>
      Object.hasOwn(given, name)
        ? `"${name}" is ${JSON.stringify(given[name])}: ${error}`
        : `"${name}", a ${type}, is missing: ${error}`,
    ),
  );
  return [...unknown, ...refused, ...errorsIn(diagnostics)];
}

function errorsIn(diagnostics: EvaluatedParameters["diagnostics"]): string[] {
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ summary, detail }) =>
      [summary, detail]
        .filter((text) => text !== "")
        .join(": ")
        .replace(/\s+/g, " "),
    );
}

/**
 * Checks values against the parameter list of a template version: for Coder before dynamic parameters, and
 * for templates of the classic flow. Patterns are Go's and left to Coder, because JavaScript may read them
 * differently.
 */
export function wrongParameters(
  given: Readonly<Record<string, string>>,
  known: readonly RichParameter[],
  preset?: Readonly<Record<string, string>>,
): string[] {
  const names = known.map(({ name }) => name);
  const unknown = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => `"${name}" is not a parameter of it, expected ${quoteAll(names)}`);
  const missing = known
    .filter(
      ({ name, required }) => required && !Object.hasOwn(given, name) && !Object.hasOwn(preset ?? {}, name),
    )
    .map(({ name, type }) => `"${name}" is missing, a ${type} without a default`);
  const illTyped = known.flatMap((parameter) => {
    const value = given[parameter.name];
    const expected = value === undefined ? undefined : findExpected(parameter, value);
    return expected === undefined ? [] : [`"${parameter.name}" is "${value}", expected ${expected}`];
  });
  return [...unknown, ...missing, ...illTyped];
}

/** The expected value of a parameter, if the given one is certainly wrong. */
function findExpected(parameter: RichParameter, value: string): string | undefined {
  const { type, options, validation_min: min, validation_max: max } = parameter;
  if (type === "bool" && value !== "true" && value !== "false") return "true or false";
  if (type === "list(string)") return expectedItems(options, value);
  if (type === "number") {
    if (value.trim() === "" || Number.isNaN(Number(value))) return "a number";
    // Coder may read other notations, such as 1e5 or 0x10, as another number or refuse them.
    const number = /^-?\d+$/.test(value) ? Number(value) : undefined;
    if (number !== undefined && min != null && number < min) return `a number of at least ${min}`;
    if (number !== undefined && max != null && number > max) return `a number of at most ${max}`;
  }
  if (options.length > 0 && !options.some((option) => option.value === value))
    return `one of ${quoteAll(options.map((option) => option.value))}`;
  return undefined;
}

/** The options of a list are those of its items, or whole lists. */
function expectedItems(options: RichParameter["options"], value: string): string | undefined {
  const items = textsIn(value);
  if (items === undefined) return 'a JSON list of text such as ["a","b"]';
  const values = options.map((option) => option.value);
  if (values.length === 0 || values.includes(value) || items.every((item) => values.includes(item)))
    return undefined;
  return `a JSON list of ${quoteAll(values)}`;
}

function textsIn(value: string): readonly string[] | undefined {
  try {
    const parsed: unknown = parseJson(value);
    const isTexts = Array.isArray(parsed) && parsed.every((item) => typeof item === "string");
    return isTexts ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function quoteAll(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map((name) => `"${name}"`).join(", ");
}
