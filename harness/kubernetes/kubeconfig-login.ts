import type { RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { Agent, type Dispatcher, ProxyAgent } from "undici";
import type { ClusterLogin, ClusterTls } from "./access.ts";

/** Logs in as the current user of a kubeconfig. The pool of connections lasts as long as its certificates. */
export function kubeconfigLogin(config: KubeConfig): () => Promise<ClusterLogin> {
  let pool: { readonly key: string; readonly dispatcher: Dispatcher } | undefined;
  return async () => {
    const request: RequestOptions & { servername?: string } = { headers: {} };
    await config.applyToHTTPSOptions(request);
    const proxyUrl = config.getCurrentCluster()?.proxyUrl;
    const tls = tlsOf(request);
    const key = JSON.stringify({ ...tls, proxyUrl });
    if (pool?.key !== key) {
      // Connections with the old certificate end by themselves once they are idle.
      pool = { key, dispatcher: dispatcherOf(tls, proxyUrl) };
    }
    return { headers: headersOf(request), dispatcher: pool.dispatcher, tls, proxyUrl };
  };
}

function tlsOf(request: RequestOptions & { servername?: string }): ClusterTls {
  const { rejectUnauthorized, servername } = request;
  const all = { ca: pem(request.ca), cert: pem(request.cert), key: pem(request.key) };
  return Object.fromEntries(
    Object.entries({ ...all, servername, rejectUnauthorized }).filter(([, value]) => value !== undefined),
  );
}

function pem(value: RequestOptions["ca"] | RequestOptions["key"]): string | undefined {
  return typeof value === "string" || Buffer.isBuffer(value) ? value.toString() : undefined;
}

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const named = Object.entries(headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    // A token's file may end with a newline.
    String(value).trim(),
  ]);
  const basic =
    typeof auth === "string" ? { authorization: `Basic ${Buffer.from(auth).toString("base64")}` } : {};
  return { ...basic, ...(Object.fromEntries(named) as Record<string, string>) };
}

function dispatcherOf(tls: ClusterTls, proxyUrl: string | undefined): Dispatcher {
  const connect = { ...tls } as Readonly<Record<string, string | boolean>>;
  if (proxyUrl === undefined) return new Agent({ connect });
  return new ProxyAgent({ uri: proxyUrl, requestTls: connect, proxyTunnel: true });
}
