import type { GoogleApiName } from "./endpoints.ts";
import { type Raw, textAt } from "./raw.ts";

/** The location level of a resource, in the terms of Compute Engine. The other APIs have projects only. */
export type Scope = "zone" | "region" | "global" | "project";

/** One list call: its answer, and how the run and the delete path of its members are found. */
export interface Collection {
  readonly api: GoogleApiName;
  /** The collection's name in REST paths. */
  readonly name: string;
  /** `aggregated` = all zones and regions in one call. `global` and `project` = that level only. */
  readonly ask: "aggregated" | "global" | "project";
  /** The Terraform type by scope. One list may contain regional and global kinds. */
  readonly kinds: Readonly<Partial<Record<Scope, string>>>;
  /** Types as Cloud Asset names them. For their hits only this list counts, because it is not an index. */
  readonly assets: readonly string[];
  /** Field with the list. @default the collection's name when aggregated, `items` otherwise */
  readonly items?: string;
  /** @default labels */
  readonly labels?: string;
  /** Fields that name the container or source of a resource. The resource belongs to the same run. */
  readonly livesIn?: readonly string[];
  /** Fields that name resources that a controller created together with a resource. */
  readonly brings?: readonly string[];
  /** Resources that Google creates and deletes itself. */
  readonly goesByItself?: (raw: Raw) => boolean;
}

const compute = (
  name: string,
  ask: "aggregated" | "global",
  kinds: Collection["kinds"],
  rest: Omit<Collection, "api" | "name" | "ask" | "kinds">,
): Collection => ({ api: "compute", name, ask, kinds, ...rest });

/** A kind of one level, like most kinds. */
const zonal = (kind: string): Collection["kinds"] => ({ zone: `google_compute_${kind}` });
const regional = (kind: string): Collection["kinds"] => ({ region: `google_compute_${kind}` });
const global = (kind: string): Collection["kinds"] => ({ global: `google_compute_${kind}` });
/** A kind that Terraform calls `google_compute_<kind>` globally and `google_compute_region_<kind>` in a region. */
const both = (kind: string): Collection["kinds"] => ({ ...global(kind), ...regional(`region_${kind}`) });

const asset = (...types: readonly string[]): readonly string[] =>
  types.map((type) => `compute.googleapis.com/${type}`);

/**
 * Every kind with its own list call, in the order of removal: users of a resource before the resource. The cluster
 * comes first, because it deletes its machines and groups, and would create them again before.
 */
export const COLLECTIONS: readonly Collection[] = [
  {
    api: "container",
    name: "clusters",
    ask: "project",
    kinds: { project: "google_container_cluster" },
    items: "clusters",
    labels: "resourceLabels",
    livesIn: ["network", "subnetwork", "networkConfig.network"],
    assets: ["container.googleapis.com/Cluster"],
  },
  compute(
    "autoscalers",
    "aggregated",
    { ...zonal("autoscaler"), ...regional("region_autoscaler") },
    {
      livesIn: ["target"],
      assets: asset("Autoscaler"),
    },
  ),
  compute(
    "instanceGroupManagers",
    "aggregated",
    { ...zonal("instance_group_manager"), ...regional("region_instance_group_manager") },
    {
      livesIn: ["instanceTemplate", "versions.instanceTemplate"],
      brings: ["instanceTemplate", "instanceGroup"],
      assets: asset("InstanceGroupManager"),
    },
  ),
  compute("instances", "aggregated", zonal("instance"), {
    livesIn: ["networkInterfaces.network", "networkInterfaces.subnetwork"],
    // A node's own disk, and attached volumes.
    brings: ["disks.source"],
    assets: asset("Instance"),
  }),
  compute("serviceAttachments", "aggregated", regional("service_attachment"), {
    livesIn: ["producerForwardingRule", "targetService", "natSubnets"],
    assets: asset("ServiceAttachment"),
  }),
  compute(
    "forwardingRules",
    "aggregated",
    { ...regional("forwarding_rule"), ...global("global_forwarding_rule") },
    {
      livesIn: ["network", "subnetwork", "target", "backendService"],
      brings: ["target", "backendService"],
      assets: asset("ForwardingRule", "GlobalForwardingRule"),
    },
  ),
  {
    api: "sql",
    name: "instances",
    ask: "project",
    kinds: { project: "google_sql_database_instance" },
    labels: "settings.userLabels",
    livesIn: ["settings.ipConfiguration.privateNetwork"],
    assets: ["sqladmin.googleapis.com/Instance"],
  },
  compute("targetHttpProxies", "aggregated", both("target_http_proxy"), {
    livesIn: ["urlMap"],
    brings: ["urlMap"],
    assets: asset("TargetHttpProxy", "RegionTargetHttpProxy"),
  }),
  compute("targetHttpsProxies", "aggregated", both("target_https_proxy"), {
    livesIn: ["urlMap"],
    brings: ["urlMap", "sslCertificates"],
    assets: asset("TargetHttpsProxy", "RegionTargetHttpsProxy"),
  }),
  compute("targetTcpProxies", "aggregated", both("target_tcp_proxy"), {
    livesIn: ["service"],
    brings: ["service"],
    assets: asset("TargetTcpProxy", "RegionTargetTcpProxy"),
  }),
  compute("targetSslProxies", "global", global("target_ssl_proxy"), {
    livesIn: ["service"],
    brings: ["service", "sslCertificates"],
    assets: asset("TargetSslProxy"),
  }),
  compute("sslCertificates", "aggregated", both("ssl_certificate"), {
    assets: asset("SslCertificate", "RegionSslCertificate"),
  }),
  compute("urlMaps", "aggregated", both("url_map"), {
    livesIn: ["defaultService", "pathMatchers.defaultService"],
    brings: ["defaultService", "pathMatchers.defaultService", "pathMatchers.pathRules.service"],
    assets: asset("UrlMap", "RegionUrlMap"),
  }),
  compute("backendServices", "aggregated", both("backend_service"), {
    livesIn: ["network", "backends.group"],
    brings: ["backends.group", "healthChecks", "securityPolicy"],
    assets: asset("BackendService", "RegionBackendService"),
  }),
  compute("targetPools", "aggregated", regional("target_pool"), {
    livesIn: ["instances"],
    brings: ["healthChecks"],
    assets: asset("TargetPool"),
  }),
  compute("targetInstances", "aggregated", zonal("target_instance"), {
    livesIn: ["instance", "network"],
    assets: asset("TargetInstance"),
  }),
  compute("healthChecks", "aggregated", both("health_check"), {
    assets: asset("HealthCheck", "RegionHealthCheck"),
  }),
  compute("httpHealthChecks", "global", global("http_health_check"), { assets: asset("HttpHealthCheck") }),
  compute("httpsHealthChecks", "global", global("https_health_check"), { assets: asset("HttpsHealthCheck") }),
  compute("securityPolicies", "aggregated", both("security_policy"), {
    assets: asset("SecurityPolicy", "RegionSecurityPolicy"),
  }),
  compute(
    "networkEndpointGroups",
    "aggregated",
    {
      ...zonal("network_endpoint_group"),
      ...regional("region_network_endpoint_group"),
      ...global("global_network_endpoint_group"),
    },
    {
      livesIn: ["network", "subnetwork"],
      assets: asset("NetworkEndpointGroup", "GlobalNetworkEndpointGroup"),
    },
  ),
  compute("instanceGroups", "aggregated", zonal("instance_group"), {
    livesIn: ["network", "subnetwork"],
    // A regional group belongs to its manager, which is listed and deletes it.
    goesByItself: (raw) => textAt(raw, "region") !== undefined,
    assets: asset("InstanceGroup"),
  }),
  compute("instanceTemplates", "aggregated", both("instance_template"), {
    labels: "properties.labels",
    livesIn: ["properties.networkInterfaces.network", "properties.networkInterfaces.subnetwork"],
    assets: asset("InstanceTemplate", "RegionInstanceTemplate"),
  }),
  compute(
    "addresses",
    "aggregated",
    { ...regional("address"), ...global("global_address") },
    {
      livesIn: ["network", "subnetwork"],
      assets: asset("Address", "GlobalAddress"),
    },
  ),
  compute(
    "disks",
    "aggregated",
    { ...zonal("disk"), ...regional("region_disk") },
    {
      // The driver of a volume writes the claim's name and namespace.
      livesIn: ["description"],
      assets: asset("Disk", "RegionDisk"),
    },
  ),
  compute("snapshots", "global", global("snapshot"), {
    livesIn: ["sourceDisk", "description"],
    assets: asset("Snapshot"),
  }),
  compute("images", "global", global("image"), { livesIn: ["sourceDisk"], assets: asset("Image") }),
  compute("resourcePolicies", "aggregated", regional("resource_policy"), { assets: asset("ResourcePolicy") }),
  compute("firewalls", "global", global("firewall"), { livesIn: ["network"], assets: asset("Firewall") }),
  compute("routes", "global", global("route"), {
    livesIn: ["network"],
    // Routes to a subnetwork, a peer or the internet are created and deleted with those. Nobody can delete them
    // before.
    goesByItself: (raw) => /^(default|peering)-route-/.test(textAt(raw, "name") ?? ""),
    assets: asset("Route"),
  }),
  {
    api: "secretManager",
    name: "secrets",
    ask: "project",
    kinds: { project: "google_secret_manager_secret" },
    items: "secrets",
    assets: ["secretmanager.googleapis.com/Secret"],
  },
  {
    api: "iam",
    name: "serviceAccounts",
    ask: "project",
    kinds: { project: "google_service_account" },
    items: "accounts",
    assets: ["iam.googleapis.com/ServiceAccount"],
  },
  {
    api: "dns",
    name: "managedZones",
    ask: "project",
    kinds: { project: "google_dns_managed_zone" },
    items: "managedZones",
    assets: ["dns.googleapis.com/ManagedZone"],
  },
  compute("routers", "aggregated", regional("router"), { livesIn: ["network"], assets: asset("Router") }),
  compute("subnetworks", "aggregated", regional("subnetwork"), {
    livesIn: ["network"],
    assets: asset("Subnetwork"),
  }),
  compute("networks", "global", global("network"), { assets: asset("Network") }),
];

/** A grant in the project's policy, listed from the policy itself. */
export const GRANT = "google_project_iam_member";

/** A network's peering, listed from the network. It prevents the deletion of the network. */
export const PEERING = "google_compute_network_peering";

/** Every kind that is listed directly. */
export const GOOGLE_KINDS: readonly string[] = [
  ...COLLECTIONS.flatMap(({ kinds }) => Object.values(kinds)),
  GRANT,
  PEERING,
];
