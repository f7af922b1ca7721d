import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "../../model/environment/child-environment.ts";

/**
 * Returns the environment for `gcloud`, which would otherwise use the last login. The tunnel must use the same identity
 * and endpoints as Terraform's provider and the inventory.
 */
export async function gcloudEnvironment(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const account = env["GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"];
  const endpoint = env["GOOGLE_COMPUTE_CUSTOM_ENDPOINT"];
  return {
    ...(await credentials(env)),
    ...(isSet(account) ? { CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT: account } : {}),
    ...(isSet(endpoint) ? { CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: endpoint.replace(/\/?$/, "/") } : {}),
    CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
    // A credential that the user set for gcloud itself takes precedence.
    ...childEnvironment("tunnel", env),
  };
}

/** The credential, in the provider's own order: a token, a key, the application default credentials. */
async function credentials(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const token = env["GOOGLE_OAUTH_ACCESS_TOKEN"];
  if (isSet(token)) return { CLOUDSDK_AUTH_ACCESS_TOKEN: token };
  const key = env["GOOGLE_CREDENTIALS"] ?? env["GOOGLE_CLOUD_KEYFILE_JSON"] ?? env["GCLOUD_KEYFILE_JSON"];
  // A key in the variable itself is not in a file for gcloud, which then uses its own login.
  const files = [
    isSet(key) && !key.trimStart().startsWith("{") ? key : undefined,
    env["GOOGLE_APPLICATION_CREDENTIALS"],
    join(env["CLOUDSDK_CONFIG"] ?? join(env["HOME"] ?? homedir(), ".config", "gcloud"), ADC_FILE),
  ];
  for (const file of files) {
    if (isSet(file) && (await exists(file))) return { CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE: file };
  }
  return {};
}

const ADC_FILE = "application_default_credentials.json";

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
