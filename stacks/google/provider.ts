import { GoogleProvider } from "@cdktf/provider-google/lib/provider/index.js";
import type { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchLabels } from "../labels.ts";

/**
 * Google with the run's labels as defaults. Some kinds, such as databases and node pools, do not get them and set
 * them explicitly. Without a project, Terraform reports what is missing.
 */
export function googleProvider(scope: Construct, environment: Environment): GoogleProvider {
  const provider = new GoogleProvider(scope, "google", {
    ...(environment.project === "" ? {} : { project: environment.project }),
    region: environment.region,
    zone: environment.zone,
    // Terraform's own label would differ between tools for the same environment.
    addTerraformAttributionLabel: false,
  });
  // An override, because cdktf would turn the property `bench-run` into `bench_run`, which no sweep finds.
  provider.addOverride("default_labels", benchLabels(environment));
  return provider;
}
