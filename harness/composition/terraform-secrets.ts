import type { Ports } from "../pipeline/context/context.ts";

/** The ephemeral Terraform variables of the stacks, from a run's secrets. A stack ignores those that it does not declare. */
export const terraformSecrets: Ports["terraformSecrets"] = ({
  databasePassword,
  databaseUrl,
  tlsKey,
  provisioners,
}) => ({
  TF_VAR_db_password: databasePassword,
  ...(databaseUrl === undefined ? {} : { TF_VAR_database_url: databaseUrl }),
  ...(tlsKey === undefined ? {} : { TF_VAR_tls_key: tlsKey }),
  // Without them an apply would delete the provisioners.
  ...(provisioners === undefined
    ? {}
    : { TF_VAR_provisioner_key: provisioners.key, TF_VAR_provisioners: String(provisioners.count) }),
});
