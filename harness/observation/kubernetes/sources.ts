import { profiled } from "../profiles/profiled.ts";
import type { FigureSource } from "../source.ts";
import { Asking } from "./ask.ts";
import { logsAndEventsSource } from "./background.ts";
import { clusterSource, type ObservedCluster } from "./cluster-source.ts";
import { ClusterView } from "./cluster-view.ts";
import { podProfiles } from "./pod-profiles.ts";

/** Everything that a cluster's API says about Coder in it. */
export function clusterSources(cluster: ObservedCluster): readonly FigureSource[] {
  const asking = new Asking(cluster.access);
  const view = new ClusterView(asking, cluster.clock, cluster.namespaces.coder);
  // Its questions are counted beside those of the samples.
  const profiles = podProfiles(new Asking(cluster.access), view);
  return [
    profiled(clusterSource(cluster, asking, view), profiles, cluster.clock),
    logsAndEventsSource({ cluster, asking, view }),
  ];
}
