import type { FigureSource } from "../source.ts";
import { Asking } from "./ask.ts";
import { logsAndEventsSource } from "./background.ts";
import { clusterSource, type ObservedCluster } from "./cluster-source.ts";
import { ClusterView } from "./cluster-view.ts";

/** Everything that a cluster's API says about Coder in it. */
export function clusterSources(cluster: ObservedCluster): readonly FigureSource[] {
  const asking = new Asking(cluster.access);
  const view = new ClusterView(asking, cluster.clock, cluster.namespaces.coder);
  return [clusterSource(cluster, asking, view), logsAndEventsSource({ cluster, asking, view })];
}
