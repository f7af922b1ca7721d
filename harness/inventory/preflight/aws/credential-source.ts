/** The source of AWS credentials, without the credentials themselves. */
export type AwsSource =
  | { readonly kind: "key" }
  /** Cannot be renewed here. The expiry is known only if the environment contains it. */
  | { readonly kind: "session"; readonly endsMs: number | undefined }
  | { readonly kind: "renewing"; readonly from: string };

/** Finds the credentials that Terraform's provider and refbench would use from this environment. */
export function awsSource(env: NodeJS.ProcessEnv): AwsSource {
  const has = (name: string): boolean => (env[name] ?? "") !== "";
  if (has("AWS_PROFILE")) return { kind: "renewing", from: `profile ${env["AWS_PROFILE"] ?? ""}` };
  if (has("AWS_ACCESS_KEY_ID") && has("AWS_SESSION_TOKEN")) {
    const endsMs = Date.parse(env["AWS_CREDENTIAL_EXPIRATION"] ?? "");
    return { kind: "session", endsMs: Number.isNaN(endsMs) ? undefined : endsMs };
  }
  if (has("AWS_ACCESS_KEY_ID")) return { kind: "key" };
  if (has("AWS_WEB_IDENTITY_TOKEN_FILE")) return { kind: "renewing", from: "a federated identity" };
  return { kind: "renewing", from: "the default profile or the machine's role" };
}
