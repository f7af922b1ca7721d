import { z } from "zod";
import { type Observation, PUBSUBS, unseen } from "./observation.ts";

const workspaceProxy = z.object({
  name: z.string(),
  /** As Coder's own check of the proxy says. */
  healthy: z.boolean(),
});

/** Where TLS ends; `on` = between the generator and a place that nothing shows. */
const TLS = ["off", "at-coder", "in-front", "on"] as const;
const DIRECT = ["allowed", "blocked"] as const;

/** What the workers of a load see of their way to Coder and to the workspaces. An absent field was not seen. */
export const seenNetwork = z.object({
  tls: z.enum(TLS),
  /** HTTP proxies that were given or that named themselves in an answer. One that does neither cannot be seen. */
  httpProxies: z.array(z.string()),
  /** Whether Coder lets clients connect to agents without a relay. */
  direct: z.enum(DIRECT).optional(),
  /** Names of the DERP relays that Coder offers. */
  relays: z.array(z.string()).optional(),
  /** Coder's workspace proxies; empty = none. */
  workspaceProxies: z.array(workspaceProxy).optional(),
  /** The workspace proxy at which terminals were opened. Absent = at Coder itself. */
  terminalsAt: z.string().optional(),
  unseen: z.array(unseen),
});
export type SeenNetwork = z.infer<typeof seenNetwork>;

const unknown = z.literal("unknown");

/** What Coder and its connections really used, as it was seen. Nothing here is taken from what was configured. */
export const network = z.object({
  /** How replicas notify each other; `mixed` if they differ, or if one changed during the load. */
  pubsub: z.enum([...PUBSUBS, "mixed", "unknown"]),
  tls: z.enum([...TLS, "unknown"]),
  httpProxies: z.union([seenNetwork.shape.httpProxies, unknown]),
  direct: z.enum([...DIRECT, "unknown"]),
  relays: z.union([z.array(z.string()), unknown]),
  workspaceProxies: z.union([z.array(workspaceProxy), unknown]),
  terminalsAt: seenNetwork.shape.terminalsAt,
  /** Why something is unknown. */
  unseen: z.array(unseen),
});
export type Network = z.infer<typeof network>;

/** The network of a record about which nothing is known. */
export function unknownNetwork(why: string): Network {
  return {
    pubsub: "unknown",
    tls: "unknown",
    httpProxies: "unknown",
    direct: "unknown",
    relays: "unknown",
    workspaceProxies: "unknown",
    unseen: [{ what: "network", why }],
  };
}

/** The network of a record: what the workers saw, and which pub/sub the metrics of the replicas showed. */
export function recordNetwork(
  seen: SeenNetwork | undefined,
  observation: Pick<Observation, "pubsub" | "unseen"> | undefined,
): Network {
  const kinds = new Set((observation?.pubsub ?? []).map(({ kind }) => kind));
  const [kind = "unknown"] = kinds;
  const pubsub = kinds.size > 1 ? "mixed" : kind;
  const rest = seen ?? unknownNetwork("the load did not look at its way to Coder");
  return {
    pubsub,
    tls: rest.tls,
    httpProxies: rest.httpProxies,
    direct: rest.direct ?? "unknown",
    relays: rest.relays ?? "unknown",
    workspaceProxies: rest.workspaceProxies ?? "unknown",
    ...(seen?.terminalsAt === undefined ? {} : { terminalsAt: seen.terminalsAt }),
    unseen: [
      ...(pubsub === "unknown" ? [{ what: "pub/sub", why: whyNoPubsub(observation) }] : []),
      ...rest.unseen,
    ],
  };
}

function whyNoPubsub(observation: Pick<Observation, "unseen"> | undefined): string {
  const lacking = observation?.unseen.find(({ what }) => /^metrics of cod/.test(what));
  if (lacking !== undefined) return `${lacking.what}: ${lacking.why}`;
  return "no replica of Coder served a metric by which it can be known";
}

/** The path of SSH connections: `mixed` if some were relayed and others direct. Never compared with one another. */
export const SSH_PATHS = ["tunnel", "relayed", "direct", "mixed", "none", "unknown"] as const;
export type SshPath = (typeof SSH_PATHS)[number];

/** The path that SSH took. With Coder's own client, its sessions report it; else it is unknown. */
export function sshPathOf(
  carrier: "tunnel" | "stdio" | "none",
  connections: {
    readonly ssh?: { readonly dealt: number; readonly why?: string | undefined } | undefined;
    readonly sshRelayed?: number | undefined;
    readonly sshDirect?: number | undefined;
  },
): SshPath {
  const { ssh, sshRelayed = 0, sshDirect = 0 } = connections;
  if (carrier !== "stdio") return carrier;
  if (ssh?.dealt === 0 && ssh.why !== undefined) return "none";
  if (sshRelayed > 0 && sshDirect > 0) return "mixed";
  if (sshDirect > 0) return "direct";
  return sshRelayed > 0 ? "relayed" : "unknown";
}
