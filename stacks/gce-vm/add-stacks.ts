import type { App } from "cdktf";
import type { ResolvedSize } from "../../reference-architectures/catalogue.ts";
import type { BenchStackProps } from "../bench-stack.ts";
import { GceVmCloudStack } from "./cloud-stack.ts";

/** Adds the only stack of the VM architecture, which has no cluster for a second one. */
export function addGceVmStacks(app: App, size: ResolvedSize, props: BenchStackProps): void {
  new GceVmCloudStack(app, "gce-vm-cloud", { ...props, size: size.figures });
}
