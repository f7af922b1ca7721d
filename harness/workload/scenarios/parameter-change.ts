import type { CoderClient } from "../../coder/client.ts";
import { failedWith } from "../../coder/http/answer.ts";
import type { EvaluatedParameters } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";
import { readTemplate } from "../checks/read-template.ts";
import { refuseOldCoder } from "../checks/refuse-old-coder.ts";
import type { PlacedTask } from "./scenario.ts";

type Parameter = EvaluatedParameters["parameters"][number];

/** A change of a template's form. */
export interface ParameterChange {
  readonly versionId: string;
  readonly name: string;
  /** What it becomes; the form began with another value. */
  readonly value: string;
  /** The values that the form is sent, this one among them. */
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * Finds a change that the form of the task's template accepts, by trying it. Throws `usage` if Coder has no such forms
 * yet, or if no parameter can be changed.
 */
export async function findChange(admin: CoderClient, task: PlacedTask): Promise<ParameterChange> {
  const [template, me] = await Promise.all([readTemplate(admin, task), admin.me()]);
  if (!me.ok) throw new RefbenchError("coder", `the caller cannot be read: ${me.failure.message}`);
  const versionId = template.active_version_id;
  const evaluate = async (inputs: Readonly<Record<string, string>>): Promise<EvaluatedParameters> => {
    const answer = await admin.evaluateParameters(versionId, me.value.id, inputs);
    if (answer.ok) return answer.value;
    if (!failedWith(answer, 404, 405))
      throw new RefbenchError(
        "coder",
        `the form of template ${task.template} cannot be read: ${answer.failure.message}`,
      );
    return refuseOldCoder(admin, "dynamic-parameters", "dynamic parameters");
  };
  const { parameters } = await evaluate(task.parameters);
  for (const parameter of parameters) {
    const value = otherValue(parameter);
    if (value === undefined) continue;
    const inputs = { ...task.parameters, [parameter.name]: value };
    if (problemOf(await evaluate(inputs), { name: parameter.name, value }) !== undefined) continue;
    return { versionId, name: parameter.name, value, inputs };
  }
  const names = parameters.map(({ name }) => name).join(", ");
  throw new RefbenchError(
    "usage",
    `no parameter of template ${task.template} can be changed (${names === "" ? "it has none" : `it has ${names}`}): expected one that has two options, or is a bool or a number, and a value of each required one (--parameter name=value)`,
  );
}

/** A value that the parameter accepts, other than the one it has; undefined where none is known. */
function otherValue({ type, value, options, validations, styling }: Parameter): string | undefined {
  if (styling?.disabled === true || type === "list(string)") return undefined;
  const now = value?.valid === true ? value.value : undefined;
  if (options.length > 0) return options.find((option) => option.value.value !== now)?.value.value;
  if (type === "bool") return now === "true" ? "false" : "true";
  if (type === "number") {
    const least = validations.find((rule) => rule.validation_min != null)?.validation_min ?? 0;
    return String([least, least + 1].find((number) => String(number) !== now));
  }
  return validations.some((rule) => rule.validation_regex != null) ? undefined : `${now ?? ""}x`;
}

/** Why the answer to a change is wrong; undefined if it has the changed value and no error. */
export function problemOf(
  form: EvaluatedParameters,
  change: { readonly name: string; readonly value: string },
): string | undefined {
  const found = form.parameters.find(({ name }) => name === change.name);
  if (found === undefined) return `the form has no parameter "${change.name}" any more`;
  const error = errorIn(form);
  if (error !== undefined) return error;
  if (found.value?.valid === true && found.value.value === change.value) return undefined;
  return `"${change.name}" was changed to ${JSON.stringify(change.value)}, and came back as ${JSON.stringify(found.value?.value ?? null)}`;
}

/** Why the first answer of a form is wrong; undefined if it shows the parameter that will be changed. */
export function firstProblem(
  form: EvaluatedParameters,
  { name }: Pick<ParameterChange, "name">,
): string | undefined {
  // A required parameter has no value yet, which is no fault of the answer.
  const error = errorIn(form, ({ extra }) => extra?.code !== "required");
  if (error !== undefined) return error;
  if (form.parameters.some((each) => each.name === name)) return undefined;
  return `the form does not have the parameter "${name}"`;
}

/** The first error of a form in words, and of its parameters where it counts; undefined if there is none. */
function errorIn(
  { diagnostics, parameters }: EvaluatedParameters,
  isCounted: (diagnostic: Parameter["diagnostics"][number]) => boolean = () => true,
): string | undefined {
  const error = [...diagnostics, ...parameters.flatMap((each) => each.diagnostics.filter(isCounted))].find(
    ({ severity }) => severity === "error",
  );
  return error && `the form reports an error: ${error.summary} ${error.detail}`.trim();
}
