import { DataTerraformRemoteStateLocal, LocalBackend } from "cdktf";
import type { Construct } from "constructs";

/** The name that Terraform gives a state by itself. */
export const STATE_FILE = "terraform.tfstate";

/**
 * State beside its stack. The stack itself names it exactly as Terraform would: told of the same file by another
 * path, a `terraform init` without `.terraform` takes it for one to migrate, copies it onto itself and empties it.
 */
export class MovableBackend extends LocalBackend {
  constructor(scope: Construct) {
    super(scope, { path: STATE_FILE });
  }

  /** Another stack reaches it from its own folder, wherever the run's folder has moved. */
  override getRemoteStateDataSource(
    scope: Construct,
    name: string,
    fromStack: string,
  ): DataTerraformRemoteStateLocal {
    return new DataTerraformRemoteStateLocal(scope, name, {
      path: `../${fromStack}/${STATE_FILE}`,
      workspace: "${terraform.workspace}",
    });
  }
}
