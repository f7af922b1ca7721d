import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member/index.js";
import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { ServiceIdentity } from "./service-identity.ts";

export interface BuilderGrantsProps {
  readonly project: string;
  /** Who Coder's builds are. */
  readonly builder: ServiceIdentity;
  /** Who the machines that they make are. */
  readonly workspace: ServiceIdentity;
}

/** What Coder's builds may: machines and disks, and to make them be the workspaces' account, nobody else's. No key exists. */
export class BuilderGrants extends Construct {
  readonly ready: ITerraformDependable[];

  constructor(scope: Construct, id: string, { project, builder, workspace }: BuilderGrantsProps) {
    super(scope, id);
    const machines = new ProjectIamMember(this, "machines", {
      project,
      role: "roles/compute.instanceAdmin.v1",
      member: builder.member,
    });
    const account = new ServiceAccountIamMember(this, "account", {
      serviceAccountId: workspace.id,
      role: "roles/iam.serviceAccountUser",
      member: builder.member,
    });
    this.ready = [machines, account];
  }
}
