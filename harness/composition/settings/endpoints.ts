import type { Architecture } from "../../../reference-architectures/architecture.ts";
import type { CloudName } from "../../../reference-architectures/zones.ts";
import { customGoogleEndpoints, googleEndpoints } from "../../inventory/google/endpoints.ts";
import { ENDPOINT_VARIABLE, isPlainUrl } from "../../model/cloud/endpoint-variables.ts";
import { RefbenchError } from "../../tools/error.ts";

/** The variables of an environment that replace a cloud's own endpoints. */
export interface CustomEndpoints {
  /** The effective endpoints, by variable. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Whether the whole cloud is emulated. If only one service is elsewhere, the others are still in a real account. */
  readonly emulated: boolean;
}

const PREFIXES: Readonly<Record<CloudName, string>> = { google: "GOOGLE_", aws: "AWS_ENDPOINT_URL" };

/** Reads the endpoint variables of one cloud. Throws `usage` for one with a credential, because they are kept with the run. */
export function endpointsOf(cloud: Architecture["cloud"], env: NodeJS.ProcessEnv): CustomEndpoints {
  // A cluster of one's own is named by a kubeconfig, never by variables.
  if (cloud === "kubernetes") return { endpoints: {}, emulated: false };
  const ignored = cloud === "aws" && env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] === "true";
  const prefix = PREFIXES[cloud];
  const found = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      !ignored && entry[0].startsWith(prefix) && ENDPOINT_VARIABLE.test(entry[0]) && (entry[1] ?? "") !== "",
  );
  for (const [name, value] of found) refuseCredential(name, value);
  const endpoints = Object.fromEntries(found);
  return { endpoints, emulated: !ignored && isWhole(cloud, endpoints) };
}

/** Returns the environment with exactly these endpoints, those of a run, independent of the shell. */
export function withEndpoints(
  env: NodeJS.ProcessEnv,
  endpoints: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !ENDPOINT_VARIABLE.test(name));
  return { ...Object.fromEntries(others), ...endpoints };
}

function isWhole(cloud: CloudName, endpoints: Readonly<Record<string, string>>): boolean {
  if (cloud === "aws") return endpoints["AWS_ENDPOINT_URL"] !== undefined;
  return customGoogleEndpoints(endpoints).length === Object.keys(googleEndpoints({})).length;
}

function refuseCredential(name: string, value: string): void {
  if (isPlainUrl(value)) return;
  throw new RefbenchError(
    "usage",
    `${name} must be a URL without a credential, such as http://127.0.0.1:5000`,
  );
}
