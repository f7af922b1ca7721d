import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member/index.js";
import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";
import type { ServiceIdentity } from "./service-identity.ts";

export interface BuilderGrantsProps {
  readonly environment: Environment;
  readonly project: string;
  /** Who Coder's builds are. */
  readonly builder: ServiceIdentity;
  /** Who the machines that they make are. */
  readonly workspace: ServiceIdentity;
}

/** What Coder's builds may: machines and disks of the run's names, and to make them be the workspaces' account, nobody else's. No key exists. */
export class BuilderGrants extends Construct {
  readonly ready: ITerraformDependable[];

  constructor(
    scope: Construct,
    id: string,
    { environment, project, builder, workspace }: BuilderGrantsProps,
  ) {
    super(scope, id);
    // A create is asked for the machine or for its project, a list for the project: what is neither machine nor disk passes.
    const named = (type: string, collection: string): string =>
      `(resource.type != "compute.googleapis.com/${type}" || resource.name.extract("/${collection}/{name}").startsWith("${benchName(environment, "")}"))`;
    const machines = new ProjectIamMember(this, "machines", {
      project,
      role: "roles/compute.instanceAdmin.v1",
      member: builder.member,
      condition: {
        title: "names of the run",
        expression: [named("Instance", "instances"), named("Disk", "disks")].join(" && "),
      },
    });
    const account = new ServiceAccountIamMember(this, "account", {
      serviceAccountId: workspace.id,
      role: "roles/iam.serviceAccountUser",
      member: builder.member,
    });
    this.ready = [machines, account];
  }
}
