import type { Architecture } from "../../../reference-architectures/architecture.ts";
import { customGoogleEndpoints, googleEndpoints } from "../../inventory/google/endpoints.ts";
import { ENDPOINT_VARIABLE, isPlainUrl } from "../../model/cloud/endpoint-variables.ts";
import { RefbenchError } from "../../tools/error.ts";

/** What of an environment replaces a cloud's own endpoints. */
export interface CustomEndpoints {
  /** Those that have an effect, by variable. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** The whole of the cloud is emulated: with one service elsewhere the others are still somebody's account. */
  readonly emulated: boolean;
}

/** Reads the endpoint variables of one cloud. They are kept with the run, so one that holds a credential is refused. */
export function endpointsOf(cloud: Architecture["cloud"], env: NodeJS.ProcessEnv): CustomEndpoints {
  const ignored = cloud === "aws" && env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] === "true";
  const prefix = cloud === "aws" ? "AWS_ENDPOINT_URL" : "GOOGLE_";
  const found = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      !ignored && entry[0].startsWith(prefix) && ENDPOINT_VARIABLE.test(entry[0]) && (entry[1] ?? "") !== "",
  );
  for (const [name, value] of found) refuseCredential(name, value);
  const endpoints = Object.fromEntries(found);
  return { endpoints, emulated: !ignored && isWhole(cloud, endpoints) };
}

/** The environment with exactly these endpoints: a run's, whatever the shell of a later process says. */
export function withEndpoints(
  env: NodeJS.ProcessEnv,
  endpoints: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !ENDPOINT_VARIABLE.test(name));
  return { ...Object.fromEntries(others), ...endpoints };
}

function isWhole(cloud: Architecture["cloud"], endpoints: Readonly<Record<string, string>>): boolean {
  if (cloud === "aws") return endpoints["AWS_ENDPOINT_URL"] !== undefined;
  return customGoogleEndpoints(endpoints).length === Object.keys(googleEndpoints({})).length;
}

function refuseCredential(name: string, value: string): void {
  if (isPlainUrl(value)) return;
  throw new RefbenchError(
    "usage",
    `${name} is no plain URL, expected one such as http://127.0.0.1:5000, without a credential in it`,
  );
}
