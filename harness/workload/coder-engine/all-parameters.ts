import type { LoadContext } from "../context/load-context.ts";

/**
 * The task's parameters with the template's own defaults. Coder's utility asks its terminal for each one that it is
 * not given, a default or not, and ends where there is none.
 */
export async function allParameters({
  owner,
  organizationId,
  task,
}: LoadContext): Promise<Record<string, string>> {
  const template = await owner.template(organizationId, task.template);
  const known = template.ok ? await owner.richParameters(template.value.active_version_id) : template;
  if (!known.ok) return task.parameters;
  const defaults = known.value.filter(({ required, ephemeral }) => !required && !ephemeral);
  return {
    ...Object.fromEntries(defaults.map(({ name, default_value: value }) => [name, value])),
    ...task.parameters,
  };
}
