import { Fn } from "cdktf";

/** How the kubernetes and helm providers reach a cluster. */
export interface ClusterConnection {
  readonly host: string;
  /** Of the cluster's own authority, as text; absent where the host's certificate is publicly signed. */
  readonly certificate?: string;
  readonly exec: {
    readonly apiVersion: string;
    readonly command: string;
    readonly args: readonly string[];
  };
}

/**
 * Access to a GKE cluster by its DNS endpoint. No CA certificate: that endpoint's certificate is publicly signed,
 * and the cluster's own CA would not know it. A credential made when it is needed, not a token from a data source:
 * that one would lie in the state and be stale in a teardown hours later.
 */
export function gkeAccess(endpoint: string): ClusterConnection {
  return {
    host: `https://${endpoint}`,
    exec: {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "gke-gcloud-auth-plugin",
      // The identity that Terraform itself has, not whoever is logged in to gcloud.
      args: ["--use_application_default_credentials"],
    },
  };
}

/** Access to an EKS cluster, by a token that lives fifteen minutes: made when it is needed, for the reasons of GKE's. */
export function eksAccess(
  cluster: { readonly endpoint: string; readonly certificate: string; readonly clusterName: string },
  region: string,
): ClusterConnection {
  return {
    host: cluster.endpoint,
    certificate: Fn.base64decode(cluster.certificate),
    exec: {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "aws",
      args: [
        "eks",
        "get-token",
        "--cluster-name",
        cluster.clusterName,
        "--region",
        region,
        "--output",
        "json",
      ],
    },
  };
}
