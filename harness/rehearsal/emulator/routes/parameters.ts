import { problem } from "../http/reply.ts";
import type { Reply } from "../http/reply.ts";
import type { TemplateParameter } from "../build/template-hcl.ts";
import type { NamedValue } from "../state/types.ts";
import type { Json } from "../views/job-view.ts";

/** The values a build runs with, or Coder's refusal. A name the template does not know is accepted in silence. */
export function resolveParameters(
  parameters: readonly TemplateParameter[],
  given: readonly NamedValue[],
  previous: readonly NamedValue[],
): { readonly value: NamedValue[] } | { readonly refused: Reply } {
  const resolved: NamedValue[] = [];
  const wrong: { field: string; detail: string }[] = [];
  for (const parameter of parameters) {
    const { name } = parameter;
    const value =
      given.find((entry) => entry.name === name)?.value ??
      previous.find((entry) => entry.name === name)?.value ??
      parameter.default;
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

/** What dynamic-parameters/evaluate answers for one parameter. */
export function parameterView(parameter: TemplateParameter, given: string | undefined): Json {
  const value = given ?? parameter.default;
  const detail = value === undefined ? undefined : violation(parameter, value);
  const text = (of: string | undefined): Json => ({ value: of ?? "", valid: of !== undefined });
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
      parameter.min === undefined && parameter.max === undefined
        ? []
        : [
            {
              validation_error: null,
              validation_regex: null,
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
      detail === undefined
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
  if (parameter.options.length > 0 && !parameter.options.some((option) => option.value === value)) {
    return `Parameter value "${value}" is not a valid option`;
  }
  return undefined;
}

function formType(parameter: TemplateParameter): string {
  if (parameter.options.length > 0) return "radio";
  return parameter.type === "bool" ? "checkbox" : "input";
}
