import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1/index.js";
import type { TerraformVariable } from "cdktf";
import type { Construct } from "constructs";
import { certificateChain } from "../coder-certificate.ts";
import type { Environment } from "../environment.ts";

/** The name of the Secret with Coder's certificate and key, in the chart's format. */
export const TLS_SECRET = "coder-tls";

/** The entry with the authority's certificate: Coder must trust it too when it checks its access URL. */
export const TLS_SECRET_CA = "ca.crt";

export interface TlsSecretProps {
  readonly tls: NonNullable<Environment["tls"]>;
  readonly namespace: string;
  readonly labels: Record<string, string>;
  /** An ephemeral variable. */
  readonly key: TerraformVariable;
}

/** Adds the Secret with which Coder's pods serve TLS. Its key is in no plan or state. */
export function addTlsSecret(scope: Construct, id: string, props: TlsSecretProps): SecretV1 {
  const { tls, namespace, labels } = props;
  const secret = new SecretV1(scope, id, {
    metadata: { name: TLS_SECRET, namespace, labels },
    type: "kubernetes.io/tls",
    // A run's key never changes.
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
