import { artefactsCheck } from "../artefacts.ts";
import { type Check, skipped } from "../check.ts";
import { licenceCheck, terraformCheck, toolsCheck } from "../checks.ts";
import { leftoversCheck, namesCheck } from "../inventory-checks.ts";
import { apisCheck } from "./apis.ts";
import type { GoogleContext } from "./context.ts";
import { googleCredentialCheck, googleIdentityCheck, googleMarkerCheck } from "./identity.ts";
import { orgPoliciesCheck } from "./org-policies.ts";
import { permissionsCheck } from "./permissions.ts";
import { googleQuotaCheck } from "./quota.ts";
import {
  googleKubernetesVersionCheck,
  googleMachineTypesCheck,
  googlePostgresVersionCheck,
} from "./versions.ts";

const clusterAccessCheck: Check<GoogleContext> = {
  name: "cluster-access",
  fix: () => "nothing to do: GKE's API is reached by a name that Google protects",
  run: () =>
    Promise.resolve(skipped("a cluster's API is reached by a name and protected by Google's permissions")),
};

/** The checks of Google before anything is created, in this order. */
export const GOOGLE_CHECKS: readonly Check<GoogleContext>[] = [
  terraformCheck,
  googleIdentityCheck,
  googleMarkerCheck,
  googleCredentialCheck,
  permissionsCheck,
  apisCheck,
  orgPoliciesCheck,
  googleQuotaCheck,
  googleKubernetesVersionCheck,
  googlePostgresVersionCheck,
  googleMachineTypesCheck,
  artefactsCheck,
  toolsCheck,
  licenceCheck,
  clusterAccessCheck,
  namesCheck,
  leftoversCheck,
];
