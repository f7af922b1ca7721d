import { join } from "node:path";

/** Services whose schemas have a folder within their provider's. */
const SERVICES = [
  "google_compute",
  "google_container",
  "google_secret_manager",
  "google_sql",
  "aws_eks",
  "aws_iam",
];

/** Returns the file of a type's schema, or of a provider's own, below the folder of schemas. */
export function schemaFile(kind: "provider" | "resource" | "data", name: string): string {
  const [provider = ""] = name.split("_", 1);
  const service = SERVICES.find((prefix) => name.startsWith(`${prefix}_`));
  return join(provider, service?.slice(provider.length + 1) ?? "", `${kind}.${name}.json`);
}
