import type { KubeConfig } from "@kubernetes/client-node";
import { RefbenchError } from "../tools/error.ts";
import { type PluginCredential, runCredentialPlugin } from "./credential-plugin.ts";

type Authenticator = Parameters<KubeConfig["addAuthenticator"]>[0];

/** A new credential is asked for this long before the old one ends. */
const EARLY_MS = 60_000;

/** Logs a user of a kubeconfig in by its credential plugin, whose answer is kept until it expires. */
export function pluginAuthenticator(options: {
  readonly user: string;
  /** Path of the kubeconfig. */
  readonly file: string;
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The cluster, for a plugin that wants to know it. */
  readonly cluster: object | undefined;
}): Authenticator {
  const { command, file, apiVersion, cluster } = options;
  const spec = { interactive: false, cluster };
  const info = JSON.stringify({ apiVersion, kind: "ExecCredential", spec });
  let kept: PluginCredential | undefined;
  const ask = async (): Promise<PluginCredential> => {
    if (kept?.expirationTimestamp !== undefined && isFresh(kept.expirationTimestamp)) return kept;
    try {
      kept = await runCredentialPlugin(command, options.args, {
        ...options.env,
        KUBERNETES_EXEC_INFO: info,
      });
      return kept;
    } catch (cause) {
      const message = `"${command}", the credential plugin of kubeconfig ${file}, gave no token: run kubectl with this kubeconfig to see why`;
      throw new RefbenchError("inventory", message, { cause });
    }
  };
  return {
    isAuthProvider: ({ name }) => name === options.user,
    applyAuthentication: async (_user, request) => {
      const { token, clientCertificateData, clientKeyData } = await ask();
      if (clientCertificateData !== undefined) request.cert = clientCertificateData;
      if (clientKeyData !== undefined) request.key = clientKeyData;
      if (token !== undefined) Object.assign((request.headers ??= {}), { authorization: `Bearer ${token}` });
    },
  };
}

/** The end is a stamp of the issuer's clock, of which no other is known. */
function isFresh(expirationTimestamp: string): boolean {
  return Date.parse(expirationTimestamp) - EARLY_MS > Date.now();
}
