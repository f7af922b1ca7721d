import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1/index.js";
import { TerraformLocal, type TerraformVariable } from "cdktf";
import type { Construct } from "constructs";
import { CANDIDATE_DATABASE_NAME, DATABASE_NAME, DATABASE_USER } from "../database-names.ts";
import type { Environment } from "../environment.ts";
import { benchLabels } from "../labels.ts";

/** The name of the Secret with the database's URL, under `url`. */
export const DATABASE_SECRET = "coder-db-url";

/** A Postgres with Coder's user and database. */
export interface CoderDatabase {
  readonly address: string;
  /** Whether its connections are encrypted. */
  readonly sslmode: "require" | "disable";
}

export interface DatabaseSecretProps {
  readonly environment: Environment;
  readonly namespace: string;
  /** An ephemeral variable: the password of Coder's user, or with an own Postgres its whole URL. */
  readonly secret: TerraformVariable;
  /** Absent where the variable has the whole URL. */
  readonly database?: CoderDatabase | undefined;
}

/** Adds the Secret with which Coder reaches its database. Its value is in no plan or state. */
export function addDatabaseSecret(scope: Construct, id: string, props: DatabaseSecretProps): SecretV1 {
  const { environment, namespace, database } = props;
  const isCandidate = environment.comparison?.release === "candidate";
  const secret = new SecretV1(scope, id, {
    metadata: { name: DATABASE_SECRET, namespace, labels: benchLabels(environment) },
    // A run's password never changes, but a candidate's release has another database.
    dataWoRevision: isCandidate ? 2 : 1,
  });
  const variable = `\${var.${props.secret.friendlyUniqueId}}`;
  if (database === undefined) {
    secret.addOverride("data_wo", { url: variable });
    return secret;
  }
  const name = isCandidate ? CANDIDATE_DATABASE_NAME : DATABASE_NAME;
  const host = new TerraformLocal(scope, "database-address", database.address);
  const url = `postgres://${DATABASE_USER}:${variable}@\${local.${host.friendlyUniqueId}}:5432/${name}?sslmode=${database.sslmode}`;
  secret.addOverride("data_wo", { url });
  return secret;
}
