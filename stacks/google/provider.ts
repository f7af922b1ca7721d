import { GoogleProvider } from "@cdktf/provider-google/lib/provider/index.js";
import type { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchLabels } from "../labels.ts";

/**
 * Google with the run's labels as defaults. They reach most kinds, not all: databases and node pools get theirs by
 * hand. Without a project Terraform says itself what is missing.
 */
export function googleProvider(scope: Construct, environment: Environment): GoogleProvider {
  const provider = new GoogleProvider(scope, "google", {
    ...(environment.project === "" ? {} : { project: environment.project }),
    region: environment.region,
    zone: environment.zone,
    // Terraform's own label would differ between tools for the same environment.
    addTerraformAttributionLabel: false,
  });
  // As a property cdktf would turn `bench-run` into `bench_run`, which no sweep looks for.
  provider.addOverride("default_labels", benchLabels(environment));
  return provider;
}
