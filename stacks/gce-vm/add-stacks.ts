import type { App } from "cdktf";
import type { ResolvedSize } from "../../reference-architectures/catalogue.ts";
import type { BenchStackProps } from "../bench-stack.ts";
import { GceVmCloudStack } from "./cloud-stack.ts";

/** The one stack of the VM architecture: there is no cluster for another to live in. */
export function addGceVmStacks(app: App, size: ResolvedSize, props: BenchStackProps): void {
  new GceVmCloudStack(app, "gce-vm-cloud", { ...props, size: size.figures });
}
