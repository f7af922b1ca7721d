import type { App } from "cdktf";
import type { ResolvedSize } from "../../reference-architectures/catalogue.ts";
import type { BenchStackProps } from "../bench-stack.ts";
import { type AddedDatabase, CoderStack, type DatabaseSite } from "../kubernetes/coder-stack.ts";
import { ownNamespaces } from "../kubernetes/names.ts";
import { Postgres } from "./postgres.ts";

/** Adds the stack of a cluster of the user's own. Everything is in namespaces of the run, and no node is changed. */
export function addOwnClusterStacks(app: App, { figures: size }: ResolvedSize, props: BenchStackProps): void {
  const { environment } = props;
  const { ownCluster, project, region, zone } = environment;
  if (ownCluster === undefined) throw new Error("the environment names no cluster: ownCluster is missing");
  const { kubeconfig: file, context, nodeSelector = {}, storageClass = "" } = ownCluster;
  const addDatabase = ({ stack, namespace, password }: DatabaseSite): AddedDatabase => {
    const postgres = new Postgres(stack, "postgres", { environment, namespace, size, password });
    return { address: postgres.address, sslmode: postgres.sslmode, ready: [postgres.ready] };
  };
  new CoderStack(app, "kubernetes-coder", {
    ...props,
    size,
    access: { file, context },
    namespaces: ownNamespaces(environment),
    addDatabase: size.database.kind === "external" ? undefined : addDatabase,
    storageClass,
    placement: () => ({ nodeSelector, tolerations: [] }),
    workspaceNodes: ownCluster.workspaceNodes,
    artefacts: ownCluster,
    outputs: { project, region, zone, cluster: context },
  });
}
