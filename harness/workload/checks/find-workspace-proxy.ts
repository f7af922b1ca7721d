import type { CoderClient } from "../../coder/client.ts";
import { Transport } from "../../coder/http/transport.ts";
import { proxiesAmong, type ProxyDoor } from "../../coder/workspace-proxy.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { RefbenchError } from "../../tools/error.ts";

/**
 * Finds the workspace proxy of a load by its name or URL; undefined for a load that uses none. Throws `usage` if the
 * deployment has no such proxy, and `coder` if Coder's own check says that it does not work.
 */
export async function findWorkspaceProxy(
  asking: CoderClient,
  { workspaceProxy: wanted, deployment }: Pick<LoadTask, "workspaceProxy" | "deployment">,
): Promise<ProxyDoor | undefined> {
  if (wanted === undefined) return undefined;
  const answer = await asking.regions();
  if (!answer.ok)
    throw new RefbenchError("coder", `workspace proxies cannot be listed: ${answer.failure.message}`);
  const proxies = proxiesAmong(answer.value.regions);
  const url = (text: string): string => text.replace(/\/+$/, "");
  const found = proxies.find((each) => each.name === wanted || url(each.path_app_url) === url(wanted));
  if (found === undefined) {
    const names = proxies.map(({ name }) => name).join(", ");
    throw new RefbenchError(
      "usage",
      `the deployment has no workspace proxy "${wanted}", ${names === "" ? "and no other: register one first, which needs a licence" : `expected one of ${names}`}`,
    );
  }
  const { name, healthy, path_app_url: address } = found;
  if (!healthy)
    throw new RefbenchError(
      "coder",
      `Coder reports that workspace proxy "${name}" is not healthy: see Deployment, Workspace Proxies in its dashboard, and repeat the load once it is`,
    );
  if (!URL.canParse(address) || !/^https?:/.test(address))
    throw new RefbenchError(
      "coder",
      `Coder reports no URL for workspace proxy "${name}": set CODER_ACCESS_URL of the proxy`,
    );
  const { caPem, proxy, localAddress } = deployment;
  return {
    name,
    transport: new Transport({
      // Headers may hold secrets that were given for Coder's own address.
      url: url(address),
      ...(caPem === undefined ? {} : { caPem }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(localAddress === undefined ? {} : { localAddress }),
    }),
  };
}
