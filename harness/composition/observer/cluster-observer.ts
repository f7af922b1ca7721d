import type { ClusterAccess } from "../../kubernetes/access.ts";
import type { Observer } from "../../model/ports/observer.ts";
import { clusterSources } from "../../observation/kubernetes/sources.ts";
import type { ObservedCluster } from "../../observation/kubernetes/cluster-source.ts";
import { observe } from "../../observation/observe.ts";
import { systemClock } from "../../tools/time/clock.ts";

/** Observes Coder through the API of its cluster, which is opened when the load begins. */
export function clusterObserver(
  open: (signal: AbortSignal) => Promise<ClusterAccess>,
  namespaces: ObservedCluster["namespaces"],
): Required<Pick<Observer, "start">> {
  return {
    start: async (signal) => {
      const access = await open(signal);
      return observe(clusterSources({ access, clock: systemClock, namespaces }), { clock: systemClock });
    },
  };
}
