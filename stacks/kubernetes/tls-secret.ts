import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1/index.js";
import type { TerraformVariable } from "cdktf";
import type { Construct } from "constructs";
import { certificateChain } from "../coder-certificate.ts";
import type { Environment } from "../environment.ts";

/** Coder's certificate with its key, as Coder's chart reads them. */
export const TLS_SECRET = "coder-tls";

/** Where the authority's certificate lies in it: Coder's own look at its access URL must trust it too. */
export const TLS_SECRET_CA = "ca.crt";

export interface TlsSecretProps {
  readonly tls: NonNullable<Environment["tls"]>;
  readonly namespace: string;
  readonly labels: Record<string, string>;
  /** An ephemeral variable. */
  readonly key: TerraformVariable;
}

/** Adds the Secret that Coder's pods serve TLS from; no plan or state knows its key. */
export function addTlsSecret(scope: Construct, id: string, props: TlsSecretProps): SecretV1 {
  const { tls, namespace, labels } = props;
  const secret = new SecretV1(scope, id, {
    metadata: { name: TLS_SECRET, namespace, labels },
    type: "kubernetes.io/tls",
    // A run's key never changes: a new one comes with a new run.
    dataWoRevision: 1,
  });
  const key = `var.${props.key.friendlyUniqueId}`;
  const parts = {
    "tls.crt": JSON.stringify(certificateChain(tls)),
    "tls.key": key,
    [TLS_SECRET_CA]: JSON.stringify(tls.caPem),
  };
  const data = Object.entries(parts).map(([name, value]) => `"${name}" = ${value}`);
  secret.addOverride("data_wo", `\${{ ${data.join(", ")} }}`);
  return secret;
}
