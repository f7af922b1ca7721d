import { artefactsCheck } from "../artefacts.ts";
import { type Check, skipped, unknown } from "../check.ts";
import { licenceCheck, terraformCheck, toolsCheck } from "../checks.ts";
import { leftoversCheck, namesCheck } from "../inventory-checks.ts";
import { needOf, needWords } from "../need.ts";
import type { AwsContext } from "./context.ts";
import { credentialCheck, identityCheck, markerCheck } from "./identity.ts";
import { kubernetesVersionCheck, machineTypesCheck, postgresVersionCheck } from "./versions.ts";

const apisCheck: Check<AwsContext> = {
  name: "apis",
  fix: () => "nothing: AWS has no APIs to switch on",
  run: () => Promise.resolve(skipped("AWS has no APIs to switch on")),
};

/** Not asked: the need is said, with the command that answers for its largest part. */
const quotaCheck: Check<AwsContext> = {
  name: "quota",
  fix: ({ architecture }) => vcpuQuota(architecture.region),
  after: ["identity"],
  run: ({ architecture, size }) =>
    Promise.resolve(
      unknown(
        `this version does not ask AWS for its quotas; needed: ${needWords(needOf(architecture, size.figures))}`,
        vcpuQuota(architecture.region),
      ),
    ),
};

/** The quota of vCPUs of the standard families, c and m among them. */
function vcpuQuota(region: string): string {
  return `aws service-quotas get-service-quota --service-code ec2 --quota-code L-1216C47A --region ${region}`;
}

/** What is asked of AWS before anything is created, in this order. */
export const AWS_CHECKS: readonly Check<AwsContext>[] = [
  terraformCheck,
  identityCheck,
  markerCheck,
  credentialCheck,
  apisCheck,
  quotaCheck,
  kubernetesVersionCheck,
  postgresVersionCheck,
  machineTypesCheck,
  artefactsCheck,
  toolsCheck,
  licenceCheck,
  namesCheck,
  leftoversCheck,
];
