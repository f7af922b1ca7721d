import type { App } from "cdktf";
import type { ResolvedSize } from "../../reference-architectures/catalogue.ts";
import type { BenchStackProps } from "../bench-stack.ts";
import { GceDockerCloudStack } from "./cloud-stack.ts";

/** The one stack of the Docker architecture: there is no cluster for another to live in. */
export function addGceDockerStacks(app: App, size: ResolvedSize, props: BenchStackProps): void {
  new GceDockerCloudStack(app, "gce-docker-cloud", { ...props, size: size.figures });
}
