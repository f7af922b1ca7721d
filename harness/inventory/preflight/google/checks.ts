import { artefactsCheck } from "../artefacts.ts";
import { type Check, skipped } from "../check.ts";
import { licenceCheck, terraformCheck, toolsCheck } from "../checks.ts";
import { leftoversCheck, namesCheck } from "../inventory-checks.ts";
import { apisCheck } from "./apis.ts";
import type { GoogleContext } from "./context.ts";
import { credentialCheck, identityCheck, markerCheck } from "./identity.ts";
import { orgPoliciesCheck } from "./org-policies.ts";
import { permissionsCheck } from "./permissions.ts";
import { quotaCheck } from "./quota.ts";
import { kubernetesVersionCheck, machineTypesCheck, postgresVersionCheck } from "./versions.ts";

const clusterAccessCheck: Check<GoogleContext> = {
  name: "cluster-access",
  fix: () => "nothing: GKE's API is reached by a name that Google guards",
  run: () =>
    Promise.resolve(skipped("a cluster's API is reached by a name, guarded by Google's permissions")),
};

/** What is asked of Google before anything is created, in this order. */
export const GOOGLE_CHECKS: readonly Check<GoogleContext>[] = [
  terraformCheck,
  identityCheck,
  markerCheck,
  credentialCheck,
  permissionsCheck,
  apisCheck,
  orgPoliciesCheck,
  quotaCheck,
  kubernetesVersionCheck,
  postgresVersionCheck,
  machineTypesCheck,
  artefactsCheck,
  toolsCheck,
  licenceCheck,
  clusterAccessCheck,
  namesCheck,
  leftoversCheck,
];
