import { getArchitecture, type ResolvedSize } from "../../../reference-architectures/catalogue.ts";
import type { Place } from "../../../reference-architectures/place.ts";
import type { CheckName } from "../../inventory/preflight/check.ts";
import type { PreflightContext } from "../../inventory/preflight/context.ts";
import type { Inventory } from "../../model/ports/inventory.ts";
import type { RunId } from "../../model/run-id.ts";
import { web } from "../../inventory/preflight/web.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { longestRunMs } from "../../pipeline/folder/longest-run.ts";
import type { OwnClusterPlace, Plan } from "../../pipeline/folder/plan.ts";
import type { OwnClusterRequest } from "../settings/own-cluster-request.ts";
import { createTerraform } from "../../terraform/terraform.ts";
import { endpointsOf } from "../settings/endpoints.ts";
import type { Io } from "../settings/io.ts";
import type { RunSettings } from "../settings/run-settings.ts";
import { missingTools } from "./missing-tools.ts";
import { DEFAULT_TTL_MS } from "../settings/defaults.ts";

/** The request for a preflight. */
export interface PreflightRequest {
  readonly size: ResolvedSize;
  readonly rehearse: boolean;
  /** Google project. */
  readonly project: string | undefined;
  /** AWS account. */
  readonly account: string | undefined;
  /** What was asked of the user's own cluster. */
  readonly ownCluster?: OwnClusterRequest | undefined;
  readonly fail: ReadonlySet<CheckName>;
  readonly skip: string | undefined;
  readonly licence: string | undefined;
  /** Present if the run exists already. */
  readonly run?: {
    readonly runId: RunId;
    readonly plan: Pick<Plan, "createdAt" | "expiresAtMs" | "keepOnFailure">;
    /** The inventory that its teardown will read. */
    readonly inventory: Inventory;
    /** The user's own cluster, as it was when the run was made. */
    readonly cluster?: OwnClusterPlace;
  };
  /** The machine on which the load will run. */
  readonly runner: Plan["runner"];
  /** Nodes of the environment's own cluster for pods that generate load. */
  readonly generators?: number | undefined;
  /** Whether Coder will serve TLS. */
  readonly tls: boolean;
  /** EKS: the only address ranges that may reach the cluster's API; empty = any address. */
  readonly clusterCidrs: readonly string[];
  readonly place: Place;
}

/** The part of a request that follows from the settings of the run. */
export function selectSettings({
  size,
  rehearse,
  place,
  runner,
  generators,
  tls,
  clusterAccess,
  ownCluster,
}: RunSettings): Pick<
  PreflightRequest,
  "size" | "rehearse" | "place" | "runner" | "generators" | "tls" | "clusterCidrs" | "ownCluster"
> {
  const clusterCidrs = clusterAccess?.cidrs ?? [];
  return { size, rehearse, place, runner, generators, tls: tls !== "off", clusterCidrs, ownCluster };
}

/** The process that runs a preflight. */
export type Asker = Pick<Io, "env" | "cwd">;

/** A run with the default expiry. */
const ORDINARY = { createdAt: new Date(0).toISOString(), expiresAtMs: DEFAULT_TTL_MS };

/** Returns the part of the context that all clouds and the twin share. */
export function buildCommonContext(
  { size, licence, place, run, runner, generators, tls, clusterCidrs }: PreflightRequest,
  { env }: Asker,
): Omit<PreflightContext, "project" | "inventory" | "sweepCommand"> {
  const architecture = { ...getArchitecture(size.architecture), ...place };
  return {
    architecture,
    size,
    clock: systemClock,
    neededMs: longestRunMs(run?.plan ?? ORDINARY),
    terraform: (signal) => createTerraform().version({ env, signal }),
    web,
    runner,
    ...(generators === undefined ? {} : { generators }),
    tls,
    clusterCidrs,
    missingTools: () => missingTools(architecture, runner, env),
    emulated: endpointsOf(architecture.cloud, env).emulated,
    ...(licence === undefined ? {} : { licence }),
    ...(run === undefined ? {} : { runId: run.runId }),
  };
}
