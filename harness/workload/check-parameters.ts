import type { RichParameter } from "../coder/schemas.ts";

/**
 * What is wrong with the parameters of a load, one sentence each, before any workspace is made with them: Coder
 * itself takes a name that the template does not know in silence. A preset may give what is missing.
 */
export function wrongParameters(
  given: Readonly<Record<string, string>>,
  known: readonly RichParameter[],
  hasPreset = false,
): string[] {
  const names = known.map(({ name }) => name);
  const unknown = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => `"${name}" is no parameter of it, expected ${listed(names)}`);
  const missing = known
    .filter(({ name, required }) => required && !hasPreset && !Object.hasOwn(given, name))
    .map(({ name, type }) => `"${name}" is missing, a ${type} without a default`);
  const illTyped = known.flatMap((parameter) => {
    const value = given[parameter.name];
    const expected = value === undefined ? undefined : expectedOf(parameter, value);
    return expected === undefined ? [] : [`"${parameter.name}" is "${value}", expected ${expected}`];
  });
  return [...unknown, ...missing, ...illTyped];
}

/** What the parameter wants where the value is not it. */
function expectedOf(parameter: RichParameter, value: string): string | undefined {
  const { type, options, validation_min: min, validation_max: max, validation_regex: regex } = parameter;
  if (type === "bool" && value !== "true" && value !== "false") return "true or false";
  if (type === "list(string)" && !isListOfText(value)) return 'a JSON list of text such as ["a","b"]';
  if (type === "number") {
    const number = Number(value);
    if (value.trim() === "" || !Number.isFinite(number)) return "a number";
    if (min != null && number < min) return `a number of at least ${min}`;
    if (max != null && number > max) return `a number of at most ${max}`;
  }
  // A list's options are those of its items.
  if (type !== "list(string)" && options.length > 0 && !options.some((option) => option.value === value))
    return `one of ${listed(options.map((option) => option.value))}`;
  if (regex != null && regex !== "" && isOutside(regex, value)) return `what matches ${regex}`;
  return undefined;
}

function isListOfText(value: string): boolean {
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) && parsed.every((item) => typeof item === "string");
  } catch {
    return false;
  }
}

/** Go's syntax differs in places: what cannot be read here is left to Coder. */
function isOutside(regex: string, value: string): boolean {
  try {
    return !new RegExp(regex).test(value);
  } catch {
    return false;
  }
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.map((name) => `"${name}"`).join(", ");
}
