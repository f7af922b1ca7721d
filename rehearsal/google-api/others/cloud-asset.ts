import { type Json, objectOf, textOf } from "../json.ts";
import { pageOf } from "../pages.ts";
import { notFound } from "../refusal.ts";
import type { GoogleApiRequest } from "../request.ts";
import type { Key } from "../store.ts";
import type { MockWorld } from "../world.ts";

/** The types of what the mock keeps, in Cloud Asset's words, by API and collection. */
const TYPES: Readonly<Record<string, string>> = {
  "compute/networks": "compute.googleapis.com/Network",
  "compute/subnetworks": "compute.googleapis.com/Subnetwork",
  "compute/routers": "compute.googleapis.com/Router",
  "compute/firewalls": "compute.googleapis.com/Firewall",
  "compute/addresses": "compute.googleapis.com/Address",
  "compute/forwardingRules": "compute.googleapis.com/ForwardingRule",
  "compute/instances": "compute.googleapis.com/Instance",
  "compute/disks": "compute.googleapis.com/Disk",
  "container/clusters": "container.googleapis.com/Cluster",
  "container/nodePools": "container.googleapis.com/NodePool",
  "sql/instances": "sqladmin.googleapis.com/Instance",
  "iam/serviceAccounts": "iam.googleapis.com/ServiceAccount",
  "secretManager/secrets": "secretmanager.googleapis.com/Secret",
  "dns/managedZones": "dns.googleapis.com/ManagedZone",
};

/** The API `cloudasset.googleapis.com`, version 1: the search over all resources by label and name. */
export function cloudAsset(world: MockWorld, request: GoogleApiRequest): Json {
  const { path, verb, query } = request;
  if (path !== `projects/${world.project.id}` || verb !== "searchAllResources") throw notFound(path);
  const kept = world.store.entries().flatMap(([key, one]) => assetOf(key, one));
  const matching = kept.filter((asset) => matches(asset, query.get("query") ?? ""));
  const { members, next } = pageOf([...matching, ...world.project.assets], query, world.project.pageSize);
  return { results: members, ...next };
}

function assetOf(key: Key, one: Json): readonly Json[] {
  const [api = "", ...rest] = key.split("/");
  const type = TYPES[`${api}/${rest.at(-2) ?? ""}`];
  if (type === undefined) return [];
  const labels = one["labels"] ?? one["resourceLabels"] ?? objectOf(one["settings"])["userLabels"];
  return [
    {
      assetType: type,
      name: `//${type.split("/")[0] ?? ""}/${rest.join("/")}`,
      displayName: textOf(one, "displayName") ?? rest.at(-1),
      location: textOf(one, "location") ?? rest[3] ?? "global",
      labels: objectOf(labels),
    },
  ];
}

/** Terms such as `labels.bench-run="x"` and `name:"bench-"`, joined by OR. */
function matches(asset: Json, query: string): boolean {
  return query.split(/\s+OR\s+/).some((term) => {
    const [, field = "", value = ""] = /^([\w.-]+)[:=]"?([^"]*)"?$/.exec(term) ?? [];
    const wanted = value.replaceAll("*", "");
    if (field === "name") return String(asset["name"]).includes(wanted);
    const label = objectOf(asset["labels"])[field.replace(/^labels\./, "")];
    return typeof label === "string" && (wanted === "" || label === wanted);
  });
}
