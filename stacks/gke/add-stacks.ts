import type { App } from "cdktf";
import type { ResolvedSize } from "../../reference-architectures/catalogue.ts";
import type { BenchStackProps } from "../bench-stack.ts";
import { GkeCloudStack } from "./cloud-stack.ts";
import { GkeCoderStack } from "./coder-stack.ts";

/** The stacks of the GKE architecture. The size is input, never in the name. */
export function addStacks(app: App, size: ResolvedSize, props: BenchStackProps): void {
  const cloud = new GkeCloudStack(app, "gke-cloud", { ...props, size: size.figures });
  new GkeCoderStack(app, "gke-coder", { ...props, size: size.figures, cloud });
}
