import { expect, test } from "vitest";
import { CoderClient } from "../../../../harness/coder/client.ts";
import { CoderHttp } from "../../../../harness/coder/http/http.ts";
import { recordNetwork, type SeenNetwork } from "../../../../harness/model/observation/network.ts";
import { metricsSource } from "../../../../harness/observation/metrics/metrics-source.ts";
import { systemClock } from "../../../../harness/tools/time/clock.ts";
import { lookAtNetwork } from "../../../../harness/workload/checks/look-at-network.ts";
import { metricsText } from "../../../../rehearsal/emulator/metrics/prometheus.ts";
import { serveHttp } from "../../../support/network/http-server.ts";
import { startTlsFront } from "../../../support/network/tls-front.ts";
import { emulated } from "../../../rehearsal/emulator/driver.ts";

const SIGNAL = new AbortController().signal;

/** Answers by path; others are 404. */
function answering(answers: Readonly<Record<string, unknown>>, headers: Record<string, string> = {}) {
  return serveHttp((request, response) => {
    const json = answers[(request.url ?? "").replace("/api/v2", "")];
    response.writeHead(json === undefined ? 404 : 200, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(json ?? { message: "Route not found." }));
  });
}

async function look(
  url: string,
  { caPem, serverName }: { readonly caPem?: string; readonly serverName?: string } = {},
): Promise<SeenNetwork> {
  const http = new CoderHttp({
    ...{ url, clock: systemClock },
    ...(caPem === undefined ? {} : { caPem }),
    ...(serverName === undefined ? {} : { serverName }),
  });
  const client = new CoderClient(http, { token: "t", isSiteAdmin: true }, SIGNAL);
  const seen = await lookAtNetwork(client, serverName === undefined ? {} : { serverName });
  await http.close();
  return seen;
}

const config = (enable: boolean): unknown => ({ config: { tls: { enable } } });

test("servers in front that name themselves, relays and workspace proxies are seen as they are, healthy or not", async () => {
  await using coder = await answering(
    {
      "/deployment/config": config(false),
      "/workspaceagents/connection": {
        disable_direct_connections: true,
        derp_map: {
          Regions: {
            "999": { RegionName: "Coder Embedded Relay", Nodes: [{ STUNOnly: false }] },
            "1000": { RegionName: "STUN", Nodes: [{ STUNOnly: true }] },
            "10001": { RegionName: "", RegionCode: "sydney", Nodes: [{}] },
          },
        },
      },
      "/regions": {
        regions: [
          { name: "primary", healthy: true },
          { name: "sydney", healthy: false },
        ],
      },
    },
    { via: "1.1 google", server: "nginx\u009b2J" },
  );
  const { httpProxies, ...seen } = await look(coder.url);
  expect(seen).toEqual({
    ...{ tls: "off", direct: "blocked", relays: ["Coder Embedded Relay", "sydney"], unseen: [] },
    workspaceProxies: [{ name: "sydney", healthy: false }],
  });
  expect(httpProxies[0]).toBe("via 1.1 google");
  expect(httpProxies.join("")).not.toContain("\u009b");
});

test("what a Coder does not answer is unknown, with the reason", async () => {
  await using coder = await answering({});
  const seen = await look(coder.url);
  expect(seen.unseen.map(({ what }) => what)).toEqual(["direct connections and relays", "workspace proxies"]);
  expect(recordNetwork(seen, undefined)).toMatchObject({ direct: "unknown", workspaceProxies: "unknown" });
});

test("TLS is in front of a Coder that has none, at Coder with a certificate of its own, else at a place that nobody sees", async () => {
  const places = [];
  for (const enable of [false, true]) {
    await using coder = await answering({ "/deployment/config": config(enable) });
    await using front = await startTlsFront(coder.url);
    const { caPem } = front;
    places.push((await look(front.url, { caPem })).tls);
    if (enable) places.push((await look(front.byAddress, { caPem, serverName: "localhost" })).tls);
  }
  expect(places).toEqual(["in-front", "on", "at-coder"]);
});

test.each([
  // It claims NATS, and has fallen back because it does not know its own address.
  [{ CODER_EXPERIMENTS: "nats_pubsub" }, "postgres"],
  [{ CODER_CLUSTER_HOST: "10.0.0.1", CODER_EXPERIMENTS: "no_nats_pubsub" }, "postgres"],
  [{ CODER_CLUSTER_HOST: "10.0.0.1" }, "nats"],
  [{}, "postgres"],
])("pub/sub of a Coder with %j is %s: what it serves decides, not what it claims", async (env, pubsub) => {
  const driver = await emulated({ env });
  const { deployment } = driver.emulator ?? {};
  expect(deployment).toBeDefined();
  await using metrics = await serveHttp((_, response) =>
    response.end(deployment === undefined ? "" : metricsText(deployment)),
  );
  const source = metricsSource(
    { kind: "metrics", role: "coderd", of: "coder", url: metrics.url },
    systemClock,
  );
  await source.read(SIGNAL);
  const { pubsub: observed = [] } = (await source.findings?.(0, SIGNAL)) ?? {};
  expect(recordNetwork(undefined, { pubsub: [...observed], unseen: [] }).pubsub).toBe(pubsub);
  const claimed = await driver.get("/api/v2/experiments");
  expect(claimed.json).toEqual((env as { CODER_EXPERIMENTS?: string }).CODER_EXPERIMENTS?.split(",") ?? []);
  await source.close?.();
  await driver.close();
});
