import { Release } from "@cdktf/provider-helm/lib/release/index.js";
import { DataKubernetesServiceV1 } from "@cdktf/provider-kubernetes/lib/data-kubernetes-service-v1/index.js";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Environment } from "../environment.ts";
import { benchName } from "../labels.ts";
import { chartRelease, type ChartReleaseProps } from "./coder-chart.ts";
import { CODER_SERVICE } from "./names.ts";

export interface CoderReleaseProps extends ChartReleaseProps {
  readonly environment: Environment;
  /** Whether the Service has a load balancer. */
  readonly isBalanced: boolean;
}

/**
 * Returns the name of the release, which can have no labels. Each installation of a comparison has another name than
 * the one before it, which is uninstalled first: an upgrade's new pods would never fit beside the old ones.
 */
export function releaseName(environment: Environment): string {
  return benchName(environment, (environment.comparison?.installation ?? 0) % 2 === 1 ? "coder-b" : "coder");
}

/** Coder, from its own chart. */
export class CoderRelease extends Construct {
  /**
   * `http://<address>:<port>` of the Service, inside the network; `https` with TLS. The address is that of its load
   * balancer, and the Service's own without one.
   */
  readonly url: string;
  readonly releaseName: string;
  readonly chartVersion: string;
  /** Exists when Coder answers. */
  readonly ready: ITerraformDependable;

  constructor(scope: Construct, id: string, props: CoderReleaseProps) {
    super(scope, id);
    const release = new Release(this, "release", chartRelease("coder", props));
    const service = new DataKubernetesServiceV1(this, "service", {
      metadata: { name: CODER_SERVICE, namespace: props.namespace },
      dependsOn: [release],
    });
    const address = `data.kubernetes_service_v1.${service.friendlyUniqueId}`;
    const ingress = `${address}.status[0].load_balancer[0].ingress[0]`;
    // Google's load balancer has an address, AWS's a name.
    const host = props.isBalanced
      ? `\${coalesce(${ingress}.ip, ${ingress}.hostname)}`
      : hostOf(`${address}.spec[0].cluster_ip`);
    const ports = `${address}.spec[0].port`;
    // With TLS, the chart has a second port beside that of plain HTTP.
    const port =
      props.environment.tls === undefined
        ? `\${${ports}[0].port}`
        : `\${one([for each in ${ports} : each.port if each.name == "https"])}`;
    const scheme = props.environment.tls === undefined ? "http" : "https";
    // A teardown reads this again after the Service was removed. Then there is no address, and that is not an error.
    this.url = `\${try("${scheme}://${host}:${port}", null)}`;
    this.ready = release;
    this.releaseName = release.name;
    this.chartVersion = release.version;
  }
}

/** An IPv6 address has brackets in a URL. */
function hostOf(address: string): string {
  return `\${strcontains(${address}, ":") ? "[\${${address}}]" : ${address}}`;
}
