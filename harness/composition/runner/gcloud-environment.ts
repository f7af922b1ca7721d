import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "../../model/environment/child-environment.ts";

/**
 * The environment of `gcloud`, which by itself would be whoever last signed in to it: the tunnel is opened by the
 * identity that Terraform's provider and the inventory take, and asks where they ask.
 */
export async function gcloudEnvironment(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const account = env["GOOGLE_IMPERSONATE_SERVICE_ACCOUNT"];
  const endpoint = env["GOOGLE_COMPUTE_CUSTOM_ENDPOINT"];
  return {
    ...(await credentials(env)),
    ...(isSet(account) ? { CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT: account } : {}),
    ...(isSet(endpoint) ? { CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: endpoint.replace(/\/?$/, "/") } : {}),
    CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
    // The credential that the user told gcloud itself wins.
    ...childEnvironment("tunnel", env),
  };
}

/** In the provider's own order: a token, a key, the application default credentials. */
async function credentials(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const token = env["GOOGLE_OAUTH_ACCESS_TOKEN"];
  if (isSet(token)) return { CLOUDSDK_AUTH_ACCESS_TOKEN: token };
  const key = env["GOOGLE_CREDENTIALS"] ?? env["GOOGLE_CLOUD_KEYFILE_JSON"] ?? env["GCLOUD_KEYFILE_JSON"];
  // A key in the variable itself lies in no file that gcloud could be told of: it is who signed in to it.
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
