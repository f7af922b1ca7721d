import type { ObservedLoad } from "./observed-load.ts";
import { cannotJudge, type Judgement, NOT_APPLICABLE } from "./rule.ts";

/** Why events of Kubernetes say nothing about this load: it does not run there, or they were not seen. Undefined if they do. */
export function withoutEvents({ record, observation, events, things }: ObservedLoad): Judgement | undefined {
  if (events.length > 0) return undefined;
  const isObservedCluster = things("node.pods").length > 0 || things("container.restarts").length > 0;
  const unseenEvents = observation?.unseen.find(({ what }) => /\bevents?\b/i.test(what));
  if (unseenEvents !== undefined && unseenEvents.samples === undefined)
    return cannotJudge(`not seen: events of Kubernetes (${unseenEvents.why})`);
  if (isObservedCluster) return undefined;
  const isCluster =
    record.sharedCluster !== undefined || record.provenance.platform?.["kubernetes"] !== undefined;
  if (isCluster) return cannotJudge("not seen: events of Kubernetes");
  // Machines that were observed themselves, or that refbench made, are not nodes of a cluster.
  const isOwnMachine = record.deployment === undefined || things("node.cpu").length > 0;
  return isOwnMachine
    ? NOT_APPLICABLE
    : cannotJudge("not seen: a cluster, or the machine that Coder runs on");
}
