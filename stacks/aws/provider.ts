import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import type { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchLabels } from "../labels.ts";

/**
 * AWS with the run's labels as default tags, in the environment's account only. Resources that AWS creates for us,
 * such as a node's disks, do not get them.
 */
export function awsProvider(scope: Construct, environment: Environment): AwsProvider {
  const provider = new AwsProvider(scope, "aws", {
    region: environment.region,
    ...(/^\d{12}$/.test(environment.project) ? { allowedAccountIds: [environment.project] } : {}),
  });
  // An override, because cdktf would turn the property `bench-run` into `bench_run`, which no sweep finds.
  provider.addOverride("default_tags", [{ tags: benchLabels(environment) }]);
  return provider;
}
