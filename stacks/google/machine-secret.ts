import { SecretManagerSecretIamMember } from "@cdktf/provider-google/lib/secret-manager-secret-iam-member/index.js";
import { SecretManagerSecretVersion } from "@cdktf/provider-google/lib/secret-manager-secret-version/index.js";
import { SecretManagerSecret } from "@cdktf/provider-google/lib/secret-manager-secret/index.js";
import type { ITerraformDependable, TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";

export interface MachineSecretProps {
  readonly environment: Environment;
  /** The role in its name. */
  readonly role: string;
  /** The ephemeral variable with its value. */
  readonly variable: TerraformVariable;
  /**
   * Returns its text from the variable's expression in Terraform's language.
   * @default the variable itself
   */
  readonly text?: (variable: string) => string;
  /** The `count` of its version, as an expression. @default it always has one */
  readonly count?: string;
  /** The only account that may read it, as a member of grants. */
  readonly reader: string;
}

/** A secret that Coder's machine reads when it starts. It is in no metadata, plan or state. */
export class MachineSecret extends Construct {
  /** `projects/…/secrets/…/versions/…`, as Secret Manager expects it. */
  readonly version: string;
  /** Exists when it can be read. */
  readonly ready: ITerraformDependable[];

  constructor(scope: Construct, id: string, props: MachineSecretProps) {
    super(scope, id);
    const { environment, role, reader } = props;
    const secret = new SecretManagerSecret(this, "secret", {
      secretId: benchName(environment, role),
      // In the run's region only, because the default replicates everywhere.
      replication: { userManaged: { replicas: [{ location: environment.region }] } },
    });
    const version = new SecretManagerSecretVersion(this, "version", {
      secret: secret.id,
      // A run's secrets never change.
      secretDataWoVersion: 1,
      deletionPolicy: "DELETE",
    });
    const variable = `var.${props.variable.friendlyUniqueId}`;
    version.addOverride("secret_data_wo", props.text?.(variable) ?? `\${${variable}}`);
    const grant = new SecretManagerSecretIamMember(this, "grant", {
      secretId: secret.id,
      role: "roles/secretmanager.secretAccessor",
      member: reader,
    });
    if (props.count !== undefined) version.addOverride("count", props.count);
    // A counted version has no address without its index.
    this.version = props.count === undefined ? version.id : `${secret.id}/versions/latest`;
    this.ready = [version, grant];
  }
}
