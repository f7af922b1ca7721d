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
  /** The account of Coder's builds. */
  readonly builder: ServiceIdentity;
  /** The account of the machines that they create. */
  readonly workspace: ServiceIdentity;
}

/**
 * The permissions of Coder's builds: machines and disks with the run's names, and use of the workspaces' account
 * only. No key exists.
 */
export class BuilderGrants extends Construct {
  readonly ready: ITerraformDependable[];

  constructor(
    scope: Construct,
    id: string,
    { environment, project, builder, workspace }: BuilderGrantsProps,
  ) {
    super(scope, id);
    // A create is checked for the machine or for its project, a list for the project. So everything that is neither a
    // machine nor a disk is allowed.
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
