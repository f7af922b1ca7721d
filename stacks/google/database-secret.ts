import { SecretManagerSecretIamMember } from "@cdktf/provider-google/lib/secret-manager-secret-iam-member/index.js";
import { SecretManagerSecretVersion } from "@cdktf/provider-google/lib/secret-manager-secret-version/index.js";
import { SecretManagerSecret } from "@cdktf/provider-google/lib/secret-manager-secret/index.js";
import { type ITerraformDependable, TerraformLocal, type TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { DATABASE_NAME, DATABASE_USER } from "../database-names.ts";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";
import type { Database } from "./database.ts";

export interface DatabaseSecretProps {
  readonly environment: Environment;
  readonly database: Database;
  /** An ephemeral variable. */
  readonly password: TerraformVariable;
  /** The one account that may read it, as a member of grants. */
  readonly reader: string;
}

/** The database's address with its password, which Coder's machine reads when it starts: in no metadata, plan or state. */
export class DatabaseSecret extends Construct {
  /** `projects/…/secrets/…/versions/…`, as Secret Manager is asked. */
  readonly version: string;
  /** Exists when it can be read. */
  readonly ready: ITerraformDependable[];

  constructor(
    scope: Construct,
    id: string,
    { environment, database, password, reader }: DatabaseSecretProps,
  ) {
    super(scope, id);
    const secret = new SecretManagerSecret(this, "secret", {
      secretId: benchName(environment, "db-url"),
      // In the run's region only: the default replicates everywhere.
      replication: { userManaged: { replicas: [{ location: environment.region }] } },
    });
    const host = new TerraformLocal(this, "database-address", database.address);
    const variable = `var.${password.friendlyUniqueId}`;
    const url = `postgres://${DATABASE_USER}:\${${variable}}@\${local.${host.friendlyUniqueId}}:5432/${DATABASE_NAME}?sslmode=require`;
    const version = new SecretManagerSecretVersion(this, "version", {
      secret: secret.id,
      // A run's password never changes: a new one comes with a new run.
      secretDataWoVersion: 1,
      deletionPolicy: "DELETE",
    });
    // Without the variable, as in a plain destroy, there is nothing to write, and no error.
    version.addOverride("secret_data_wo", `\${${variable} == null ? null : "${url}"}`);
    const grant = new SecretManagerSecretIamMember(this, "grant", {
      secretId: secret.id,
      role: "roles/secretmanager.secretAccessor",
      member: reader,
    });
    this.version = version.id;
    this.ready = [version, grant];
  }
}
