import type { TwinItem } from "../../inventory/item.ts";
import { ownTwinCluster } from "../../inventory/own-cluster.ts";
import type { TwinStore } from "../../inventory/store.ts";
import { TWIN_PROJECT } from "../../../reference-architectures/twin-project.ts";
import type { TemplateContext } from "../values/template.ts";
import { UNKNOWN } from "../values/value.ts";
import type { Values } from "../values/value.ts";
import { valuesAt, valueAt } from "../values/walk.ts";
import { CloudError } from "./cloud-error.ts";
import { refuseWhileAway } from "./control-plane.ts";

/** The place in which a configured provider works: a project of Google, an account of AWS, or a cluster. */
export interface TwinPlace {
  readonly context: TemplateContext;
  /** The provider's `default_labels` or `default_tags`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Address of the cluster's API; undefined counts as unset. */
  readonly host?: string | undefined;
  /** The context of a kubeconfig, which names a cluster that no stack makes. */
  readonly kubeContext?: string | undefined;
}

/** Reads the place from a provider's configuration, without values that are unknown at plan time. */
export function twinPlaceOf(provider: string, config: Values): TwinPlace {
  const text = (path: string): string | undefined => {
    const value = valueAt(config, path);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  if (provider === "google") {
    const labels = config["default_labels"];
    return {
      context: { project: text("project") ?? TWIN_PROJECT, region: text("region"), zone: text("zone") },
      labels: labels === UNKNOWN ? {} : ((labels ?? {}) as Record<string, string>),
    };
  }
  if (provider === "aws") {
    const tags = valueAt(config, "default_tags.0.tags");
    return {
      context: { project: TWIN_PROJECT, region: text("region") ?? "us-east-1" },
      labels: tags === UNKNOWN ? {} : ((tags ?? {}) as Record<string, string>),
    };
  }
  const within = provider === "helm" ? "kubernetes." : "";
  return {
    context: {},
    labels: {},
    host: text(`${within}host`),
    kubeContext: text(`${within}config_context`),
  };
}

/** The cluster that a kubeconfig names, or that answers at the provider's host, or the error of a connection to nothing. */
export async function clusterAt(
  store: TwinStore,
  { host, kubeContext }: Pick<TwinPlace, "host" | "kubeContext">,
  path: string,
): Promise<TwinItem> {
  if (kubeContext !== undefined) return ownTwinCluster(kubeContext);
  const url = host === undefined ? "http://localhost" : host.includes("://") ? host : `https://${host}`;
  const name = new URL(url).hostname;
  const clusters = await store.list(["google_container_cluster", "aws_eks_cluster"]);
  const found = clusters.find(
    (cluster) => cluster.status !== "deleting" && endpointsOf(cluster).includes(name),
  );
  if (found !== undefined) {
    refuseWhileAway(found, `${url}/api/v1/${path}`);
    return found;
  }
  const reason =
    host === undefined
      ? "dial tcp 127.0.0.1:80: connect: connection refused"
      : /^[\d.]+$/.test(name)
        ? `dial tcp ${name}:443: i/o timeout`
        : `dial tcp: lookup ${name}: no such host`;
  throw new CloudError(`Get "${url}/api/v1/${path}": ${reason}`);
}

function endpointsOf(cluster: TwinItem): unknown[] {
  return [
    // Google gives an address, AWS a URL.
    ...valuesAt(cluster.attributes, "endpoint").map((endpoint) => String(endpoint).replace("https://", "")),
    ...valuesAt(cluster.attributes, "control_plane_endpoints_config.*.dns_endpoint_config.*.endpoint"),
  ];
}
