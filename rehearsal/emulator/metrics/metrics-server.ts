import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { EmulatedDeployment } from "../context.ts";
import { metricsText } from "./prometheus.ts";
import { isSwitchOn } from "../is-on.ts";

const DEFAULT_PORT = 2_112;

/** The state of the metrics server, with the reason if it does not serve. */
export type MetricsServer =
  | { readonly state: "off" }
  | { readonly state: "taken"; readonly reason: string }
  | { readonly state: "up"; readonly url: string; close(): void };

/** Serves Coder's metrics on a separate port, as with `CODER_PROMETHEUS_ENABLE`; a port in use is not an error. */
export async function serveMetrics(deployment: EmulatedDeployment): Promise<MetricsServer> {
  const { env, host } = deployment.world.config;
  if (!isSwitchOn(env["CODER_PROMETHEUS_ENABLE"])) return { state: "off" };
  const port = Number(/:(\d+)$/.exec(env["CODER_PROMETHEUS_ADDRESS"] ?? "")?.[1] ?? DEFAULT_PORT);
  const server = createServer((request, response) => {
    const isMetrics = request.url === "/" || request.url === "/metrics";
    response.writeHead(isMetrics ? 200 : 404, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    response.end(isMetrics ? metricsText(deployment) : "404 page not found\n");
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, resolve);
    });
  } catch (error) {
    return { state: "taken", reason: `no metrics: ${String(error)}` };
  }
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    state: "up",
    url,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
