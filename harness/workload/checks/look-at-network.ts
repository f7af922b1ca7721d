import type { CoderClient } from "../../coder/client.ts";
import type { ConnectionInfo } from "../../coder/http/schemas.ts";
import { proxiesAmong } from "../../coder/workspace-proxy.ts";
import type { SeenNetwork } from "../../model/observation/network.ts";
import type { Unseen } from "../../model/observation/observation.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";

/** Looks at the way from here to Coder and on to the workspaces. What cannot be seen is listed with the reason; nothing is guessed. */
export async function lookAtNetwork(
  asking: CoderClient,
  { proxy, serverName }: Pick<LoadTask["deployment"], "proxy" | "serverName">,
): Promise<SeenNetwork> {
  const [config, connection, regions] = await Promise.all([
    asking.deploymentConfig(),
    asking.connectionInfo(),
    asking.regions(),
  ]);
  const unseen: Unseen[] = [];
  const { url, intermediaries } = asking.http.transport;
  const tlsAtCoder = config.ok ? config.value.config.tls?.enable : undefined;
  // Only the certificate that a run makes for its own Coder has a name of its own, and nothing else has its key.
  const isOwnCertificate = serverName !== undefined;
  const tls = isOwnCertificate ? "at-coder" : seeTls(url, intermediaries, tlsAtCoder ?? undefined);
  if (tls === "on") unseen.push({ what: "where TLS ends", why: whyTlsUnknown(config) });
  if (!connection.ok) unseen.push({ what: "direct connections and relays", why: connection.failure.message });
  if (!regions.ok) unseen.push({ what: "workspace proxies", why: regions.failure.message });
  const seen: SeenNetwork = {
    tls,
    httpProxies: [...(proxy === undefined ? [] : ["given by the caller"]), ...intermediaries],
    unseen,
  };
  if (connection.ok) {
    seen.direct = connection.value.disable_direct_connections ? "blocked" : "allowed";
    seen.relays = listRelays(connection.value);
  }
  if (regions.ok)
    seen.workspaceProxies = proxiesAmong(regions.value.regions).map(({ name, healthy }) => ({
      name,
      healthy,
    }));
  return seen;
}

/**
 * Where TLS ends. A Coder without TLS of its own has it in front, and so has one behind a server that speaks HTTP. Else
 * another server may still be in front.
 */
function seeTls(
  url: string,
  intermediaries: readonly string[],
  tlsAtCoder: boolean | undefined,
): SeenNetwork["tls"] {
  if (!url.startsWith("https:")) return "off";
  return tlsAtCoder === false || intermediaries.length > 0 ? "in-front" : "on";
}

function whyTlsUnknown(
  config: { readonly ok: true } | { readonly ok: false; readonly failure: { readonly message: string } },
): string {
  return config.ok
    ? "Coder has TLS of its own, and a server in front of it that does not name itself cannot be seen"
    : config.failure.message;
}

/** Names of relays. Regions that only tell clients their address relay nothing. */
function listRelays({ derp_map: map }: ConnectionInfo): string[] {
  return Object.values(map?.Regions ?? {})
    .flatMap((region) => (region?.Nodes.some(({ STUNOnly }) => !STUNOnly) ? [region] : []))
    .map(({ RegionName, RegionCode }) => RegionName || RegionCode)
    .sort();
}
