import type { FigureSource } from "../source.ts";
import { clusterSource, type ObservedCluster } from "./cluster-source.ts";

/** Everything that a cluster's API says about Coder in it. */
export function clusterSources(cluster: ObservedCluster): readonly FigureSource[] {
  return [clusterSource(cluster)];
}
