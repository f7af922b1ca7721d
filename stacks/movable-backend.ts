import { DataTerraformRemoteStateLocal, LocalBackend } from "cdktf";
import type { Construct } from "constructs";

/** Terraform's default name of a state. */
export const STATE_FILE = "terraform.tfstate";

/**
 * Keeps the state beside its stack, under exactly the path that Terraform uses by default. With another path to the
 * same file, a `terraform init` without `.terraform` would migrate the state onto itself and empty it.
 */
export class MovableBackend extends LocalBackend {
  constructor(scope: Construct) {
    super(scope, { path: STATE_FILE });
  }

  /** Returns the path for another stack, relative to that stack's folder, so that the run's folder may move. */
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
