import { childEnvironment } from "../../model/environment/child-environment.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";

/** The environment of Coder's binary; with a deployment, the only place where its URL and the session are told. */
export function utilityEnvironment(
  env: NodeJS.ProcessEnv,
  to?: {
    readonly deployment: LoadTask["deployment"];
    readonly token: string;
    /** An own folder, in which `ca.pem` lies where certificates are given. */
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
    ...(headers === undefined ? {} : { CODER_HEADER: csvOf(headers) }),
    ...(proxy === undefined
      ? {}
      : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy }),
    ...(to.caFile === undefined ? {} : { SSL_CERT_FILE: to.caFile }),
  };
}

/** Coder reads a list from one variable as a line of CSV. */
function csvOf(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `"${`${name}=${value}`.replaceAll('"', '""')}"`)
    .join(",");
}
