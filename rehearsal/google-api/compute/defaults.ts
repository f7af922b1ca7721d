import { type Json, listOf, objectOf, textOf } from "../json.ts";
import type { MockWorld } from "../world.ts";
import { gatewayOf, nextAddress, resolveAddress } from "./addresses.ts";
import { linkPathOf } from "./links.ts";

type Fill = (world: MockWorld, posted: Json, id: string) => Json;

/** Fields that Google adds to a created resource, by the defaults of its REST reference. */
const FILLS: Readonly<Record<string, Fill>> = {
  networks: (_world, posted) => ({
    networkFirewallPolicyEnforcementOrder: "AFTER_CLASSIC_FIREWALL",
    ...posted,
    routingConfig: { routingMode: "REGIONAL", ...objectOf(posted["routingConfig"]) },
  }),
  subnetworks: (_world, posted) => ({
    gatewayAddress: gatewayOf(textOf(posted, "ipCidrRange") ?? ""),
    privateIpGoogleAccess: false,
    privateIpv6GoogleAccess: "DISABLE_GOOGLE_ACCESS",
    purpose: "PRIVATE",
    stackType: "IPV4_ONLY",
    allowSubnetCidrRoutesOverlap: false,
    ...posted,
  }),
  routers: (_world, posted) => ({ ...posted, ...natsOf(posted) }),
  firewalls: (_world, posted) => ({
    priority: 1_000,
    direction: "INGRESS",
    disabled: false,
    logConfig: { enable: false },
    ...(posted["sourceTags"] === undefined &&
    posted["sourceServiceAccounts"] === undefined &&
    posted["direction"] !== "EGRESS"
      ? { sourceRanges: ["0.0.0.0/0"] }
      : {}),
    ...posted,
  }),
  addresses: (world, posted, id) => {
    const internal = posted["addressType"] === "INTERNAL";
    const subnetwork = linkPathOf(posted["subnetwork"]);
    return {
      addressType: "EXTERNAL",
      networkTier: "PREMIUM",
      ...(internal ? { purpose: "GCE_ENDPOINT" } : {}),
      address:
        subnetwork === undefined ? `203.0.113.${Number(id.slice(-3)) % 254}` : nextAddress(world, subnetwork),
      ...posted,
      status: "RESERVED",
    };
  },
  forwardingRules: (world, posted, id) => {
    const forService = linkPathOf(posted["target"])?.includes("/serviceAttachments/") === true;
    const subnetwork = linkPathOf(posted["subnetwork"]);
    return {
      networkTier: "PREMIUM",
      ...(forService ? {} : { IPProtocol: "TCP", loadBalancingScheme: "EXTERNAL" }),
      ...withoutEmpty(posted),
      IPAddress:
        resolveAddress(world, posted["IPAddress"]) ??
        (subnetwork === undefined
          ? `203.0.113.${Number(id.slice(-3)) % 254}`
          : nextAddress(world, subnetwork)),
      ...(forService
        ? {
            pscConnectionId: id,
            pscConnectionStatus: "ACCEPTED",
            allowPscGlobalAccess: posted["allowPscGlobalAccess"] ?? false,
            serviceDirectoryRegistrations: [{ namespace: "goog-psc-default" }],
          }
        : {}),
    };
  },
  disks: (_world, posted) => ({
    physicalBlockSizeBytes: "4096",
    enableConfidentialCompute: false,
    sizeGb: "10",
    ...posted,
    status: "READY",
  }),
};

/** The resource with Google's defaults for what was not posted. */
export function withDefaults(world: MockWorld, collection: string, posted: Json, id: string): Json {
  return FILLS[collection]?.(world, posted, id) ?? posted;
}

/** A router's translations as they are answered; nothing where it has none. */
export function natsOf(posted: Json): Json {
  if (posted["nats"] === undefined) return {};
  const nats = listOf(posted["nats"]).map((nat) => ({
    type: "PUBLIC",
    endpointTypes: ["ENDPOINT_TYPE_VM"],
    autoNetworkTier: "PREMIUM",
    ...objectOf(nat),
  }));
  return { nats };
}

/** Empty texts are the same as no text, as of a rule without a scheme. */
function withoutEmpty(posted: Json): Json {
  return Object.fromEntries(Object.entries(posted).filter(([, value]) => value !== ""));
}
