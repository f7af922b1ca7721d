import { execa } from "execa";
import { z } from "zod";
import { parseJson } from "../tools/parse-json.ts";

/** The answer of a credential plugin: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
const credential = z.object({
  status: z.object({
    token: z.string().optional(),
    clientCertificateData: z.string().optional(),
    clientKeyData: z.string().optional(),
    expirationTimestamp: z.iso.datetime({ offset: true }).optional(),
  }),
});
/** A token, a client certificate with its key (PEM), or both. */
export type PluginCredential = z.infer<typeof credential>["status"];
const TIMEOUT_MS = 60_000;

/** Runs a credential plugin of kubectl with exactly this environment. Throws as execa and zod do. */
export async function runCredentialPlugin(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<PluginCredential> {
  const { stdout } = await execa(command, args, {
    env,
    extendEnv: false,
    timeout: TIMEOUT_MS,
    stdin: "ignore",
  });
  return credential.parse(parseJson(stdout)).status;
}
