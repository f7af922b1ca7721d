import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadTask } from "../../model/ports/worker-task.ts";

/**
 * The environment of Coder's client. From this process it gets only PATH. The folder is its home and has the
 * certificates to trust.
 */
export function clientEnvironment(
  { url, headers = {}, caPem, proxy }: LoadTask["deployment"],
  folder: string,
): Record<string, string> {
  const pairs = Object.entries(headers).map(
    ([name, value]) => `"${`${name}=${value}`.replaceAll('"', '""')}"`,
  );
  const caFile = join(folder, "ca.pem");
  if (caPem !== undefined) writeFileSync(caFile, caPem);
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    CODER_URL: url,
    CODER_NO_VERSION_WARNING: "true",
    CODER_NO_FEATURE_WARNING: "true",
    ...(pairs.length === 0 ? {} : { CODER_HEADER: pairs.join(",") }),
    ...(caPem === undefined ? {} : { SSL_CERT_FILE: caFile }),
    ...(proxy === undefined ? {} : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy }),
  };
}
