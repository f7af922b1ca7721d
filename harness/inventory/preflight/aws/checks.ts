import { artefactsCheck } from "../artefacts.ts";
import { type Check, skipped } from "../check.ts";
import { licenceCheck, terraformCheck, toolsCheck } from "../checks.ts";
import { leftoversCheck, namesCheck } from "../inventory-checks.ts";
import { clusterAccessCheck } from "./cluster-access.ts";
import type { AwsContext } from "./context.ts";
import { awsCredentialCheck, awsIdentityCheck, awsMarkerCheck } from "./identity.ts";
import { awsQuotaCheck } from "./quota.ts";
import { awsKubernetesVersionCheck, awsMachineTypesCheck, awsPostgresVersionCheck } from "./versions.ts";

const permissionsCheck: Check<AwsContext> = {
  name: "permissions",
  fix: () => "request the permissions that Terraform's first refusal names",
  run: () =>
    Promise.resolve(skipped("AWS permissions are not checked: asking requires permissions of its own")),
};

const apisCheck: Check<AwsContext> = {
  name: "apis",
  fix: () => "nothing to do: AWS has no APIs to enable",
  run: () => Promise.resolve(skipped("AWS has no APIs to enable")),
};

const orgPoliciesCheck: Check<AwsContext> = {
  name: "org-policies",
  fix: () => "ask an administrator of the organisation for its service control policies",
  run: () => Promise.resolve(skipped("an account cannot read the service control policies above it")),
};

/** The checks of AWS before anything is created, in this order. */
export const AWS_CHECKS: readonly Check<AwsContext>[] = [
  terraformCheck,
  awsIdentityCheck,
  awsMarkerCheck,
  awsCredentialCheck,
  permissionsCheck,
  apisCheck,
  orgPoliciesCheck,
  awsQuotaCheck,
  awsKubernetesVersionCheck,
  awsPostgresVersionCheck,
  awsMachineTypesCheck,
  artefactsCheck,
  toolsCheck,
  licenceCheck,
  clusterAccessCheck,
  namesCheck,
  leftoversCheck,
];
