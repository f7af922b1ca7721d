/** Where AWS credentials come from. Nothing of the credentials themselves. */
export type AwsSource =
  | { readonly kind: "key" }
  /** Nobody here can make others; when they end is known only where the environment says. */
  | { readonly kind: "session"; readonly endsMs: number | undefined }
  | { readonly kind: "renewing"; readonly from: string };

/** Finds which credentials Terraform's provider and refbench would take from the same environment. */
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
