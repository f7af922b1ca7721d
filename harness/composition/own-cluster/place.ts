import type { RunRequest } from "../../pipeline/making/make-run.ts";
import type { OwnClusterPlace } from "../../pipeline/folder/plan.ts";
import type { Io } from "../settings/io.ts";
import { lookAtOwnCluster } from "./look.ts";
import { findChart, openOwnCluster } from "./open.ts";
import type { OwnClusterRequest } from "../settings/own-cluster-request.ts";

/** Time for all questions about the cluster. */
const ANSWERS_WITHIN_MS = 60_000;

/** Where a run in the user's own cluster takes place. */
export interface PlacedInOwnCluster {
  readonly place: OwnClusterPlace;
  /** The cluster's identity. */
  readonly uid: string;
  readonly request: Pick<RunRequest, "ownCluster" | "databaseUrl">;
}

/** Opens and asks the cluster of a request. Throws `usage` if no run can be in it; creates nothing. */
export async function placeInOwnCluster(
  asked: OwnClusterRequest,
  io: Pick<Io, "env" | "cwd">,
): Promise<PlacedInOwnCluster> {
  const opened = await openOwnCluster(asked, io);
  const chart = asked.chart === undefined ? undefined : await findChart(asked.chart, io);
  const facts = await lookAtOwnCluster(opened, asked, AbortSignal.timeout(ANSWERS_WITHIN_MS));
  const { kubeconfig, context } = opened.place;
  return {
    place: opened.place,
    uid: facts.uid,
    request: {
      ownCluster: {
        ...asked,
        ...{ kubeconfig, context, workspaceNodes: facts.nodes },
        ...(chart === undefined ? {} : { chart }),
      },
      ...(facts.databaseUrl === undefined ? {} : { databaseUrl: facts.databaseUrl }),
    },
  };
}
