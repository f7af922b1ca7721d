import type { CoderClient } from "../../coder/client.ts";
import type { Organization } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";
import { requireList } from "./listing.ts";

/** The deployment's default organization, which the load uses. */
export async function onlyOrganization(admin: CoderClient): Promise<Organization> {
  const organizations = requireList(await admin.organizations(), "organizations");
  const chosen = organizations.find((one) => one.is_default) ?? organizations[0];
  if (chosen === undefined)
    throw new RefbenchError(
      "coder",
      "the deployment has no organization, although a new Coder has one: create one",
    );
  return chosen;
}
