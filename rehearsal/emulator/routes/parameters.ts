import { problem } from "../http/reply.ts";
import type { Reply } from "../http/reply.ts";
import type { TemplateParameter } from "../template/template-hcl.ts";
import type { NamedValue } from "../state/types.ts";
import type { JobJson } from "../views/job-view.ts";
import { parseJson } from "../../../harness/tools/parse-json.ts";

/** The values a build runs with, or Coder's refusal. A name the template does not know is accepted in silence. */
export function resolveParameters(
  parameters: readonly TemplateParameter[],
  given: readonly NamedValue[],
  previous: readonly NamedValue[],
): { readonly value: NamedValue[] } | { readonly refused: Reply } {
  const resolved: NamedValue[] = [];
  const wrong: { field: string; detail: string }[] = [];
  const valueOf = (name: string): string | undefined =>
    given.find((entry) => entry.name === name)?.value ?? previous.find((entry) => entry.name === name)?.value;
  for (const parameter of presentWith(parameters, valueOf)) {
    const { name } = parameter;
    const value = valueOf(name) ?? parameter.default;
    if (value === undefined) wrong.push({ field: name, detail: "Required parameter not provided" });
    else {
      const detail = violation(parameter, value);
      if (detail !== undefined) wrong.push({ field: name, detail });
      resolved.push({ name, value });
    }
  }
  return wrong.length > 0
    ? { refused: problem(400, "Unable to validate parameters", { validations: wrong }) }
    : { value: resolved };
}

/** The parameters that are there with these values: some depend on the value of another. */
export function presentWith(
  parameters: readonly TemplateParameter[],
  valueOf: (name: string) => string | undefined,
): TemplateParameter[] {
  return parameters.filter(({ when }) => {
    const other = when && parameters.find(({ block }) => block === when.block);
    return when === undefined || (other && (valueOf(other.name) ?? other.default)) === when.value;
  });
}

/** Returns the answer of dynamic-parameters/evaluate for one parameter. */
export function parameterView(parameter: TemplateParameter, given: string | undefined): JobJson {
  const value = given ?? parameter.default;
  const detail = value === undefined ? undefined : violation(parameter, value);
  const text = (of: string | undefined): JobJson => ({ value: of ?? "", valid: of !== undefined });
  return {
    name: parameter.name,
    display_name: parameter.displayName,
    description: parameter.description,
    type: parameter.type,
    form_type: formType(parameter),
    styling: {},
    mutable: parameter.mutable,
    default_value: text(parameter.default),
    icon: "",
    options: parameter.options.map(({ name, value: option }) => ({
      name,
      description: "",
      value: text(option),
      icon: "",
    })),
    validations:
      parameter.min === undefined && parameter.max === undefined && parameter.regex === undefined
        ? []
        : [
            {
              validation_error: null,
              validation_regex: parameter.regex ?? null,
              validation_min: parameter.min ?? null,
              validation_max: parameter.max ?? null,
              validation_monotonic: null,
            },
          ],
    required: parameter.default === undefined,
    order: 0,
    ephemeral: false,
    value: text(value),
    diagnostics:
      value === undefined
        ? [
            {
              severity: "error",
              summary: "Required parameter not provided",
              detail: "parameter value is null",
              extra: { code: "required" },
            },
          ]
        : detail === undefined
          ? []
          : [{ severity: "error", summary: "Invalid parameter value", detail, extra: { code: "" } }],
  };
}

function violation(parameter: TemplateParameter, value: string): string | undefined {
  if (parameter.type === "number" && !/^-?\d+(\.\d+)?$/.test(value)) {
    return `Parameter value "${value}" is not a number`;
  }
  if (parameter.type === "bool" && value !== "true" && value !== "false") {
    return `Parameter value "${value}" is not a bool, use "true" or "false"`;
  }
  if (parameter.min !== undefined && Number(value) < parameter.min) {
    return `Parameter value ${value} is less than the minimum ${parameter.min}`;
  }
  if (parameter.max !== undefined && Number(value) > parameter.max) {
    return `Parameter value ${value} is more than the maximum ${parameter.max}`;
  }
  const wrong = itemsOf(parameter, value).find(
    (item) => parameter.options.length > 0 && !parameter.options.some((option) => option.value === item),
  );
  if (wrong !== undefined) return `Parameter value "${wrong}" is not a valid option`;
  if (parameter.regex !== undefined && !matchesGo(parameter.regex, value))
    return `Value "${value}" does not match pattern "${parameter.regex}"`;
  return undefined;
}

/** A list's options are those of its items. */
function itemsOf({ type }: TemplateParameter, value: string): readonly string[] {
  if (type !== "list(string)") return [value];
  try {
    const items: unknown = parseJson(value);
    return Array.isArray(items) ? items.map(String) : [value];
  } catch {
    return [value];
  }
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: "a-zA-Z",
  alnum: "a-zA-Z0-9",
  digit: "0-9",
  lower: "a-z",
  upper: "A-Z",
  space: "\\s",
  word: "\\w",
};

/** Returns whether a Go pattern matches, as far as JavaScript can express it; other patterns match everything. */
function matchesGo(pattern: string, value: string): boolean {
  const flags = pattern.startsWith("(?i)") ? "iu" : "u";
  const translated = pattern
    .replace(/^\(\?i\)/, "")
    .replace(/\[:(\w+):\]/g, (all, name: string) => CLASSES[name] ?? all)
    .replaceAll("\\A", "^")
    .replaceAll("\\z", "$")
    .replace(/\\p(\p{Lu})/gu, "\\p{$1}");
  try {
    return new RegExp(translated, flags).test(value);
  } catch {
    return true;
  }
}

function formType(parameter: TemplateParameter): string {
  if (parameter.type === "list(string)") return "multi-select";
  if (parameter.options.length > 0) return "radio";
  return parameter.type === "bool" ? "checkbox" : "input";
}
