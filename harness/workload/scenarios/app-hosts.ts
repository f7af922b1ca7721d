import { lookup } from "node:dns/promises";
import type { CoderClient } from "../../coder/client.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";

/** How the hosts of apps are reached, on a deployment that gives each app one of its own. */
export interface AppHosts {
  /** Such as `*.apps.example.com`, as the deployment says it. */
  readonly wildcard: string;
  /** No name below the wildcard leads anywhere from here, so that Coder's own address is asked for them. */
  readonly isAtCoder: boolean;
}

/** Where apps have hosts of their own; undefined for a load that reaches them by path. A way that the deployment does not have is refused. */
export async function findAppHosts(
  owner: CoderClient,
  { app, deployment }: LoadTask,
): Promise<AppHosts | undefined> {
  if (app === undefined) return undefined;
  if (app.by === "path") {
    await requirePathApps(owner);
    return undefined;
  }
  const answer = await owner.applicationsHost();
  if (!answer.ok)
    throw new RefbenchError("coder", `the host of apps cannot be asked for: ${answer.failure.message}`);
  const { host: wildcard } = answer.value;
  if (wildcard === "")
    throw new RefbenchError(
      "usage",
      "this Coder has no wildcard host, so that no app has a subdomain: reach it by path (--app-by path), or set CODER_WILDCARD_ACCESS_URL",
    );
  // Behind a proxy it is the proxy that looks names up.
  const isAtCoder = deployment.proxy === undefined && !(await isKnown(wildcard.replace("*", "refbench")));
  return { wildcard, isAtCoder };
}

async function requirePathApps(owner: CoderClient): Promise<void> {
  const configured = await owner.deploymentConfig();
  if (configured.ok && configured.value.config.disable_path_apps === true)
    throw new RefbenchError(
      "usage",
      "this Coder serves no app by path (CODER_DISABLE_PATH_APPS): reach it by subdomain (--app-by subdomain)",
    );
}

/** A wildcard of DNS knows every name. */
async function isKnown(host: string): Promise<boolean> {
  return lookup(host.replace(/:\d+$/, "")).then(
    () => true,
    () => false,
  );
}
