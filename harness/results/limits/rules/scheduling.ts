import { judgeMoments, momentsOfEvents } from "../judge-moments.ts";
import { withoutEvents } from "../platform.ts";
import type { LimitRule } from "../rule.ts";
import { isOfVolume } from "../volume-events.ts";

export const scheduling: LimitRule = {
  id: "scheduling",
  limit: "room for pods on the nodes",
  condition:
    "Kubernetes reports FailedScheduling for another reason than a volume, or every node runs as many pods as it may",
  source:
    "Kubernetes, Pod Lifecycle and Considerations for large clusters: a pod stays Pending while no node has room; at most 110 pods a node by default",
  indicates: "pods of workspaces, provisioners or coderd wait for a node",
  advice: "add nodes or larger ones, raise the pods a node may run, or lower what workspaces request",
  confidence: "high",
  judge: (load) => {
    const without = withoutEvents(load);
    if (without !== undefined) return without;
    const events = momentsOfEvents(
      load,
      load.events.filter((event) => event.reason === "FailedScheduling" && !isOfVolume(event)),
    );
    if (events.length > 0)
      return { state: "judged", held: events, among: load.moments.length, isOfEvents: true };
    return judgeMoments(load, {
      needs: "pods of the nodes",
      read: (moment) => {
        const nodes = load.values("node.pods", moment).map(({ of, value }) => ({
          ...{ of, pods: value, limit: load.value("node.pods-limit", of, moment) ?? Infinity },
        }));
        const [first] = nodes;
        if (first === undefined) return noPods(moment.atMs);
        const evidence = {
          ...{ figure: "node.pods", of: first.of, atMs: moment.atMs, value: first.pods },
          words: `${first.pods} of at most ${first.limit} pods on ${first.of}, and no room on ${nodes.length - 1} other nodes`,
        };
        return {
          isHeld: nodes.every(({ pods, limit }) => pods >= limit),
          strength: first.pods / first.limit,
          evidence,
        };
      },
    });
  },
};

/** Events were watched and none came; the number of pods would add nothing. */
function noPods(atMs: number) {
  return {
    isHeld: false,
    strength: 0,
    evidence: { figure: "node.pods", atMs, value: 0, words: "no pods seen" },
  };
}
