import { lookup } from "node:dns/promises";
import type { CoderClient } from "../../coder/client.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";

/** How apps are reached on a deployment that gives each app its own host. */
export interface AppHosts {
  /** For example `*.apps.example.com`, as the deployment reports it. */
  readonly wildcard: string;
  /** Whether names below the wildcard do not resolve here, so that Coder's own address is used for them. */
  readonly isAtCoder: boolean;
}

/**
 * The hosts of apps; undefined for a load that reaches apps by path. Throws `usage` if the deployment does
 * not support the load's way.
 */
export async function findAppHosts(
  admin: CoderClient,
  { app, deployment }: LoadTask,
): Promise<AppHosts | undefined> {
  if (app === undefined) return undefined;
  if (app.by === "path") {
    await requirePathApps(admin);
    return undefined;
  }
  const answer = await admin.applicationsHost();
  if (!answer.ok)
    throw new RefbenchError("coder", `the host of apps cannot be read: ${answer.failure.message}`);
  const { host: wildcard } = answer.value;
  if (wildcard === "")
    throw new RefbenchError(
      "usage",
      "this Coder has no wildcard host, so apps have no subdomains: reach them by path (--app-by path), or set CODER_WILDCARD_ACCESS_URL",
    );
  // With a proxy, the proxy resolves names.
  const isAtCoder = deployment.proxy === undefined && !(await isKnown(wildcard.replace("*", "refbench")));
  return { wildcard, isAtCoder };
}

async function requirePathApps(admin: CoderClient): Promise<void> {
  const configured = await admin.deploymentConfig();
  if (configured.ok && configured.value.config.disable_path_apps === true)
    throw new RefbenchError(
      "usage",
      "this Coder serves no apps by path (CODER_DISABLE_PATH_APPS): reach them by subdomain (--app-by subdomain)",
    );
}

/** Whether a host resolves. A DNS wildcard resolves every name. */
async function isKnown(host: string): Promise<boolean> {
  return lookup(host.replace(/:\d+$/, "")).then(
    () => true,
    () => false,
  );
}
