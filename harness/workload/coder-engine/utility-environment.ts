import { childEnvironment } from "../../model/environment/child-environment.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";

/**
 * The environment of Coder's binary. With a deployment, it is the only place that contains its URL and the
 * session.
 */
export function utilityEnvironment(
  env: NodeJS.ProcessEnv,
  to?: {
    readonly deployment: LoadTask["deployment"];
    readonly token: string;
    /** A private folder; it contains `ca.pem` if certificates are given. */
    readonly folder: string;
    readonly caFile: string | undefined;
  },
): Record<string, string> {
  const quiet = {
    ...childEnvironment("coder", env),
    CODER_NO_VERSION_WARNING: "true",
    CODER_NO_FEATURE_WARNING: "true",
  };
  if (to === undefined) return quiet;
  const { url, headers, proxy } = to.deployment;
  return {
    ...quiet,
    HOME: to.folder,
    CODER_URL: url,
    CODER_SESSION_TOKEN: to.token,
    ...(headers === undefined ? {} : { CODER_HEADER: toCsv(headers) }),
    ...(proxy === undefined
      ? {}
      : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy }),
    ...(to.caFile === undefined ? {} : { SSL_CERT_FILE: to.caFile }),
  };
}

/** Coder reads a list from a variable as one line of CSV. */
function toCsv(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `"${`${name}=${value}`.replaceAll('"', '""')}"`)
    .join(",");
}
