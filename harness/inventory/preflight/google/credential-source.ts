import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { findFile } from "../../../tools/files/local-files.ts";
import { record } from "../../google/refusal.ts";
import { parseJson } from "../../../tools/parse-json.ts";

/** The source of a Google credential, without the credential itself. */
export type GoogleSource =
  /** A given token, which cannot be renewed here. */
  | { readonly kind: "token" }
  /** Creates tokens as long as its source lasts. */
  | { readonly kind: "renewing"; readonly from: string; readonly limit?: string };

/** Variables that Terraform's provider reads, but the program for access to clusters does not. */
const NOT_FOR_CLUSTERS = [
  "GOOGLE_OAUTH_ACCESS_TOKEN",
  "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT",
  "GOOGLE_CREDENTIALS",
  "GOOGLE_CLOUD_KEYFILE_JSON",
  "GCLOUD_KEYFILE_JSON",
];

/** Returns the variable that would make another identity enter a cluster than the one that created it. */
export function otherInClusters(env: NodeJS.ProcessEnv): string | undefined {
  return NOT_FOR_CLUSTERS.find((name) => (env[name] ?? "") !== "");
}

/** Finds the credential that Terraform's provider and refbench would use from this environment. */
export async function googleSource(env: NodeJS.ProcessEnv): Promise<GoogleSource> {
  if ((env["GOOGLE_OAUTH_ACCESS_TOKEN"] ?? "") !== "") return { kind: "token" };
  const key =
    env["GOOGLE_CREDENTIALS"] || env["GOOGLE_CLOUD_KEYFILE_JSON"] || env["GCLOUD_KEYFILE_JSON"] || undefined;
  if (key !== undefined) return sourceOf(key.trimStart().startsWith("{") ? key : await readFile(key, "utf8"));
  const named = env["GOOGLE_APPLICATION_CREDENTIALS"] ?? "";
  const folder = env["CLOUDSDK_CONFIG"] ?? join(env["HOME"] ?? homedir(), ".config", "gcloud");
  const file = named === "" ? join(folder, "application_default_credentials.json") : named;
  const text = (await findFile(file))?.toString();
  return text === undefined ? { kind: "renewing", from: "the machine's service account" } : sourceOf(text);
}

function sourceOf(text: string): GoogleSource {
  const type = record(parseJson(text))["type"];
  switch (type) {
    case "service_account":
      return { kind: "renewing", from: "a service account's key" };
    case "authorized_user":
      return {
        kind: "renewing",
        from: "a user's sign-in",
        limit: "unless the organisation ends sessions earlier",
      };
    case "external_account":
      return {
        kind: "renewing",
        from: "a federated identity",
        limit: "as long as its source issues tokens; in a hosted CI job, until the job ends",
      };
    case "impersonated_service_account":
      return { kind: "renewing", from: "an impersonated service account" };
    default:
      return { kind: "renewing", from: "a credential of an unknown kind" };
  }
}
