import type { App } from "cdktf";
import type { ResolvedSize } from "../../reference-architectures/catalogue.ts";
import type { BenchStackProps } from "../bench-stack.ts";
import { GceDockerCloudStack } from "./cloud-stack.ts";

/** Adds the only stack of the Docker architecture, which has no cluster for a second one. */
export function addGceDockerStacks(app: App, size: ResolvedSize, props: BenchStackProps): void {
  new GceDockerCloudStack(app, "gce-docker-cloud", { ...props, size: size.figures });
}
