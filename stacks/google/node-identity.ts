import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member/index.js";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account/index.js";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";

export interface NodeIdentityProps {
  readonly environment: Environment;
  readonly project: string;
}

/** The account of the nodes. It may only report, while the project's default account may edit everything. */
export class NodeIdentity extends Construct {
  readonly email: string;

  constructor(scope: Construct, id: string, { environment, project }: NodeIdentityProps) {
    super(scope, id);
    const account = new ServiceAccount(this, "account", {
      accountId: benchName(environment, "nodes"),
      displayName: `Nodes of refbench run ${environment.runId}`,
    });
    new ProjectIamMember(this, "grant", {
      project,
      // Google's list of a node's permissions: logs, metrics, and reading its cluster's parameters.
      role: "roles/container.defaultNodeServiceAccount",
      member: account.member,
    });
    this.email = account.email;
  }
}
