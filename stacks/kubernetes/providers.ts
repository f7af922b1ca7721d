import { HelmProvider } from "@cdktf/provider-helm/lib/provider/index.js";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider/index.js";
import type { Construct } from "constructs";
import type { ClusterConnection, Kubeconfig } from "./cluster-access.ts";

/** Adds the Kubernetes and Helm providers of one cluster. */
export function kubernetesProviders(scope: Construct, access: ClusterConnection | Kubeconfig): void {
  if ("file" in access) {
    // The context is named, so that no other tool's choice of one leads elsewhere.
    const named = { configPath: access.file, configContext: access.context };
    new KubernetesProvider(scope, "kubernetes", named);
    new HelmProvider(scope, "helm", { kubernetes: named });
    return;
  }
  const { host, exec, certificate } = access;
  const authority = certificate === undefined ? {} : { clusterCaCertificate: certificate };
  const { apiVersion, command, args } = exec;
  new KubernetesProvider(scope, "kubernetes", {
    host,
    ...authority,
    exec: [{ apiVersion, command, args: [...args] }],
  });
  new HelmProvider(scope, "helm", {
    kubernetes: { host, ...authority, exec: { apiVersion, command, args: [...args] } },
  });
}
