import { GcsBackend, S3Backend } from "cdktf";
import type { Construct } from "constructs";
import type { Environment } from "./environment.ts";

/** Keeps a stack's state in the user's bucket, with a lock while Terraform works on it. */
export function addStateBucket(
  scope: Construct,
  stack: string,
  stateBucket: string,
  { runId, region }: Pick<Environment, "runId" | "region">,
): void {
  const url = new URL(stateBucket);
  const bucket = url.hostname;
  const prefix = decodeURIComponent(url.pathname).replaceAll(/^\/+|\/+$/g, "");
  const key = [prefix, "state", runId, stack].filter((part) => part !== "").join("/");
  if (url.protocol === "gs:") {
    new GcsBackend(scope, { bucket, prefix: key });
    return;
  }
  const backend = new S3Backend(scope, {
    bucket,
    key: `${key}/terraform.tfstate`,
    region: url.searchParams.get("region") ?? region,
    encrypt: true,
  });
  // cdktf has no property for the lock that is an object beside the state, without a table.
  backend.addOverride("use_lockfile", true);
}
