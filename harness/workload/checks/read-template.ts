import type { CoderClient } from "../../coder/client.ts";
import type { Template } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";

/** The template of a load that has one. Throws `coder` if it cannot be read. */
export async function readTemplate(
  asking: CoderClient,
  { organizationId, template: name }: { readonly organizationId: string; readonly template: string },
): Promise<Template> {
  const template = await asking.template(organizationId, name);
  if (template.ok) return template.value;
  throw new RefbenchError("coder", `template ${name} cannot be read: ${template.failure.message}`);
}
