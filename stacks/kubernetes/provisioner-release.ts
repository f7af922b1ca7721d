import { Release } from "@cdktf/provider-helm/lib/release/index.js";
import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchLabels, benchName } from "../labels.ts";
import type { ProvisionerVariables } from "../provisioners/variables.ts";
import { chartRelease, type ChartSource } from "./coder-chart.ts";

/** The Secret with the key by which provisioners log in to Coder, and its entry. */
export const KEY_SECRET = "coder-provisioner-key";
export const KEY_ENTRY = "key";

/** The chart's name for its Deployment and service account, whatever the release is called. */
export const PROVISIONER_ACCOUNT = "coder-provisioner";

export interface ProvisionerReleaseProps {
  readonly environment: Environment;
  readonly namespace: string;
  readonly chart: ChartSource;
  readonly values: Readonly<Record<string, unknown>>;
  readonly variables: ProvisionerVariables;
  /** Everything that must exist before they start, and until they are deleted. */
  readonly dependsOn: ITerraformDependable[];
}

/**
 * External provisioners, from Coder's chart for them. Coder makes their key, so the first apply of the stack has none,
 * and the second one has the key and their number.
 */
export class ProvisionerRelease extends Construct {
  constructor(scope: Construct, id: string, props: ProvisionerReleaseProps) {
    super(scope, id);
    const { environment, namespace, variables } = props;
    const secret = new SecretV1(this, "key", {
      metadata: { name: KEY_SECRET, namespace, labels: benchLabels(environment) },
      // A new key comes with new provisioners: both are deleted before.
      dataWoRevision: 1,
    });
    secret.addOverride("data_wo", { [KEY_ENTRY]: variables.key });
    secret.addOverride("count", variables.once);
    const release = new Release(
      this,
      "release",
      chartRelease("coder-provisioner", {
        ...{ namespace, chart: props.chart, values: props.values },
        name: benchName(environment, "provisioner"),
        // Coder is deleted after them: a workspace is deleted by a provisioner.
        dependsOn: [secret, ...props.dependsOn],
      }),
    );
    release.addOverride("count", variables.once);
  }
}
