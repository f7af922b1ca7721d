import type { Network, SshPath } from "../../model/observation/network.ts";
import type { RunRecord } from "../../model/record/record.ts";
import { countOf } from "../../tools/count-text.ts";

const PUBSUB_WORDS: Readonly<Record<Network["pubsub"], string>> = {
  postgres: "Postgres",
  nats: "NATS",
  mixed: "NATS and Postgres",
  unknown: "unknown",
};

const TLS_WORDS: Readonly<Record<Network["tls"], string>> = {
  off: "off",
  "at-coder": "at Coder",
  "in-front": "in front of Coder",
  on: "on, where it ends is unknown",
  unknown: "unknown",
};

const SSH_WORDS: Readonly<Record<SshPath, string>> = {
  tunnel: "by the tunnel",
  relayed: "relayed",
  direct: "direct",
  mixed: "partly direct, partly relayed",
  none: "none",
  unknown: "on an unknown path",
};

/** Names of what a network is described by, in the order of its words. */
const NETWORK_NAMES = [
  "pub/sub",
  "TLS",
  "HTTP proxies",
  "direct connections",
  "relays",
  "workspace proxies",
  "terminals at",
] as const;
type NetworkName = (typeof NETWORK_NAMES)[number];

/** What a network is described by, in words; `unknown` where nothing showed it. */
export function describeNetwork(network: Network): Readonly<Record<NetworkName, string>> {
  const { pubsub, tls, httpProxies, direct, relays, workspaceProxies } = network;
  return {
    "pub/sub": PUBSUB_WORDS[pubsub],
    TLS: TLS_WORDS[tls],
    "HTTP proxies": listed(httpProxies, "none seen"),
    "direct connections": direct,
    relays: listed(relays, "none"),
    "workspace proxies":
      workspaceProxies === "unknown"
        ? "unknown"
        : listed(
            workspaceProxies.map(({ name, healthy }) => `${name}${healthy ? "" : " (unhealthy)"}`),
            "none",
          ),
    "terminals at": network.terminalsAt === undefined ? "Coder" : `workspace proxy ${network.terminalsAt}`,
  };
}

/** What is known of a network: figures of networks that differ in it are never one series. */
export function knownNetwork(network: Network): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(describeNetwork(network)).filter(([, words]) => words !== "unknown"),
  );
}

/** A network as one short cell of a table. */
export function networkCell({ network, measurements }: Pick<RunRecord, "network" | "measurements">): string {
  const { pubsub, tls, direct, httpProxies, workspaceProxies } = network;
  const proxies = [
    ...proxyWords(httpProxies, "HTTP proxy", "HTTP proxies"),
    ...proxyWords(workspaceProxies, "workspace proxy", "workspace proxies"),
  ];
  const { terminalsAt } = network;
  return [
    pubsub === "unknown" ? "pub/sub unknown" : `${PUBSUB_WORDS[pubsub]} pub/sub`,
    ...(measurements === undefined ? [] : [`SSH ${SSH_WORDS[measurements.connections.sshPath]}`]),
    `direct ${direct}`,
    ...(terminalsAt === undefined ? [] : [`terminals at workspace proxy ${terminalsAt}`]),
    tls === "off" ? "no TLS" : `TLS ${TLS_WORDS[tls]}`,
    ...(proxies.length === 0 ? ["no proxies"] : proxies),
  ].join(", ");
}

/** How many proxies there are; empty if there are none. */
function proxyWords(proxies: readonly unknown[] | "unknown", one: string, many: string): readonly string[] {
  if (proxies === "unknown") return [`${many} unknown`];
  return proxies.length === 0 ? [] : [countOf(proxies.length, one, many)];
}

/** A network in one line for each part, and why something of it is unknown. */
export function networkLines({ network }: Pick<RunRecord, "network">): readonly string[] {
  const words = describeNetwork(network);
  return [
    `network as seen: ${NETWORK_NAMES.map((name) => `${name}: ${words[name]}`).join("; ")}`,
    ...network.unseen.map(({ what, why }) => `not seen: ${what} (${why})`),
  ];
}

function listed(values: readonly string[] | "unknown", none: string): string {
  if (values === "unknown") return values;
  return values.length === 0 ? none : values.join(", ");
}
