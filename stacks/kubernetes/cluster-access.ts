import { Fn } from "cdktf";

/** A cluster as a kubeconfig names it. Terraform's providers read the file themselves, with its credentials. */
export interface Kubeconfig {
  /** Absolute path. */
  readonly file: string;
  readonly context: string;
}

/** How the kubernetes and helm providers reach a cluster of another stack. */
export interface ClusterConnection {
  readonly host: string;
  /** The certificate of the cluster's own authority, as text; absent if the host's certificate is publicly signed. */
  readonly certificate?: string;
  readonly exec: {
    readonly apiVersion: string;
    readonly command: string;
    readonly args: readonly string[];
  };
}

/**
 * Returns the access to a GKE cluster at its DNS endpoint. Without a CA certificate, because that endpoint's
 * certificate is publicly signed. The credential is created on demand: a token from a data source would be in the
 * state, and expired in a teardown hours later.
 */
export function gkeAccess(endpoint: string): ClusterConnection {
  return {
    host: `https://${endpoint}`,
    exec: {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "gke-gcloud-auth-plugin",
      // The identity of Terraform itself, not that of gcloud's login.
      args: ["--use_application_default_credentials"],
    },
  };
}

/**
 * Returns the access to an EKS cluster. Its token is valid for 15 minutes and created on demand, for the reasons of
 * GKE's.
 */
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
