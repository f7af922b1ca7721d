import type { CoderClient } from "../../coder/client.ts";
import type { Organization } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";

/** The deployment's default organization, which the load uses. */
export async function onlyOrganization(owner: CoderClient): Promise<Organization> {
  const organizations = await owner.organizations();
  if (!organizations.ok)
    throw new RefbenchError("coder", `the organizations cannot be listed: ${organizations.failure.message}`);
  const chosen = organizations.value.find((one) => one.is_default) ?? organizations.value[0];
  if (chosen === undefined)
    throw new RefbenchError(
      "coder",
      "the deployment has no organization, although a new Coder has one: create one",
    );
  return chosen;
}
