import type { LoadContext } from "../context/load-context.ts";

/**
 * The task's parameters with the template's defaults. Coder's utility asks its terminal for every parameter
 * that it is not given, even one with a default, and ends if there is no terminal.
 */
export async function readAllParameters({
  admin,
  organizationId,
  task,
}: LoadContext): Promise<Record<string, string>> {
  const template = await admin.template(organizationId, task.template);
  const known = template.ok ? await admin.richParameters(template.value.active_version_id) : template;
  if (!known.ok) return task.parameters;
  const defaults = known.value.filter(({ required, ephemeral }) => !required && !ephemeral);
  return {
    ...Object.fromEntries(defaults.map(({ name, default_value: value }) => [name, value])),
    ...task.parameters,
  };
}
