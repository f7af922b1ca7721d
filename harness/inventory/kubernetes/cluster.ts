import type { Cluster, ControlPlaneLook } from "../../model/ports/cluster.ts";
import type { Inventory } from "../../model/ports/inventory.ts";
import type { RunId } from "../../model/run-id.ts";
import type { Clock } from "../../tools/time/clock.ts";
import type { ClusterAccess } from "../../kubernetes/access.ts";
import { kubernetesApi } from "../../kubernetes/api.ts";
import { forgetUnfinishedReleases } from "./helm-records.ts";
import { kubernetesInventory } from "./inventory.ts";
import { RefbenchError } from "../../tools/error.ts";
import { lookAtApiServer } from "../../kubernetes/readiness.ts";

/** A cloud's report about a cluster. */
export type ClusterReport =
  | {
      readonly state: "found";
      /** In the cloud's words, such as `RUNNING`. */
      readonly status: string;
      readonly isRunning: boolean;
      /** Whether it is being created or deleted, so that nothing in it can outlive it. */
      readonly holdsNothing: boolean;
      /** Absent while it has no endpoint. */
      readonly access?: ClusterAccess;
    }
  | { readonly state: "gone"; readonly reason: string }
  /** The cloud did not answer, or denied the question. */
  | { readonly state: "unknown"; readonly reason: string };

/** The objects that can be listed in a cluster. */
export type ClusterContents =
  | { readonly state: "open"; readonly inventory: Inventory }
  /** The cluster is gone, or being created or deleted: everything in it goes with it. */
  | { readonly state: "none" }
  | { readonly state: "unknown"; readonly reason: string };

/** A cluster with an inventory of its objects. */
export interface ListedCluster extends Cluster {
  /** Returns access to the cluster. Throws `infrastructure` while nobody can reach it, or the signal's reason. */
  open(signal: AbortSignal): Promise<ClusterAccess>;
  /** Returns an inventory of the cluster's objects while it exists. Only an aborted signal throws. */
  openContents(signal: AbortSignal): Promise<ClusterContents>;
}

export interface ClusterOptions {
  readonly name: string;
  readonly runId: RunId;
  readonly clock: Clock;
  /** Asks the cloud. Only an aborted signal throws. */
  readonly find: (signal: AbortSignal) => Promise<ClusterReport>;
  readonly nodes: Cluster["nodes"];
}

/** A run's own cluster, reached at the endpoint that its cloud reports. */
export function ownCluster({ name, runId, clock, find, nodes }: ClusterOptions): ListedCluster {
  let access: ClusterAccess | undefined;

  const findAccess = async (signal: AbortSignal): Promise<ClusterAccess | undefined> => {
    const report = access === undefined ? await find(signal) : undefined;
    if (report?.state === "found") access = report.access;
    return access;
  };

  return {
    nodes,
    open: async (signal) => {
      if (access !== undefined) return access;
      const report = await find(signal);
      if (report.state === "found" && report.access !== undefined) return (access = report.access);
      const reason = report.state === "found" ? `its status is ${report.status}` : report.reason;
      throw new RefbenchError("infrastructure", `cluster ${name} cannot be reached: ${reason}`);
    },
    look: async (signal): Promise<ControlPlaneLook> => {
      const report = await find(signal);
      if (report.state !== "found") return { state: "unknown", reason: report.reason };
      if (!report.isRunning) return { state: "away", reason: `its status is ${report.status}` };
      if (report.access === undefined) return { state: "unknown", reason: "its cloud reports no endpoint" };
      access = report.access;
      return lookAtApiServer(access, signal);
    },
    forgetUnfinishedReleases: async (signal) => {
      const found = await findAccess(signal);
      return found === undefined
        ? []
        : forgetUnfinishedReleases(kubernetesApi(found, clock), { runId }, signal);
    },
    openContents: async (signal): Promise<ClusterContents> => {
      const report = await find(signal);
      if (report.state === "unknown") return { state: "unknown", reason: report.reason };
      if (report.state === "gone" || report.holdsNothing) return { state: "none" };
      if (report.access === undefined)
        return { state: "unknown", reason: `its status is ${report.status}, and it has no endpoint` };
      // One quick look, so that a dead API server is not asked for every kind.
      const look = await lookAtApiServer(report.access, signal);
      if (look.state === "away") return { state: "unknown", reason: look.reason };
      return {
        state: "open",
        inventory: kubernetesInventory({ access: report.access, clock, cluster: name, runId }),
      };
    },
  };
}
