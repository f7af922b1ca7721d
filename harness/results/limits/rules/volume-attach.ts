import { momentsOfEvents } from "../judge-moments.ts";
import { withoutEvents } from "../platform.ts";
import type { LimitRule } from "../rule.ts";
import { isLongWithoutVolume } from "../volume-events.ts";

export const volumeAttach: LimitRule = {
  id: "volume-attach",
  limit: "volumes that were not attached in time",
  condition:
    "Kubernetes reports FailedAttachVolume, FailedMount, FailedBinding, ProvisioningFailed or VolumeFailedDelete; or for at least 30 s that pods find no node because of a volume; or once that no node may attach another",
  source: "Kubernetes, Persistent Volumes: these are the events of a volume that is not there",
  indicates: "workspaces wait for their disks: a quota, the number of disks of a machine, or a slow driver",
  advice: "check the quota of disks and how many a machine may attach; spread workspaces over more nodes",
  confidence: "high",
  judge: (load) => {
    const without = withoutEvents(load);
    if (without !== undefined) return without;
    const events = load.events.filter(
      (event) =>
        /^(FailedAttachVolume|FailedMount|FailedBinding|ProvisioningFailed|VolumeFailedDelete)$/.test(
          event.reason,
        ) || isLongWithoutVolume(event),
    );
    const held = momentsOfEvents(load, events);
    return { state: "judged", held, among: load.moments.length, isOfEvents: true };
  },
};
