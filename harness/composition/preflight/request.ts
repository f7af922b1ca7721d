import { getArchitecture, type ResolvedSize } from "../../../reference-architectures/catalogue.ts";
import type { Place } from "../../../reference-architectures/place.ts";
import type { CheckName } from "../../inventory/preflight/check.ts";
import type { PreflightContext } from "../../inventory/preflight/context.ts";
import type { Inventory } from "../../model/ports/inventory.ts";
import type { RunId } from "../../model/run-id.ts";
import { web } from "../../inventory/preflight/web.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { longestRunMs } from "../../pipeline/folder/longest-run.ts";
import type { Plan } from "../../pipeline/folder/plan.ts";
import { createTerraform } from "../../terraform/terraform.ts";
import { endpointsOf } from "../settings/endpoints.ts";
import type { Io } from "../settings/io.ts";
import type { RunSettings } from "../settings/run-settings.ts";
import { missingTools } from "./missing-tools.ts";
import { DEFAULT_TTL_MS } from "../settings/defaults.ts";

/** What `refbench preflight` is asked for. */
export interface PreflightRequest {
  readonly size: ResolvedSize;
  readonly rehearse: boolean;
  /** Google project. */
  readonly project: string | undefined;
  /** AWS account. */
  readonly account: string | undefined;
  readonly fail: ReadonlySet<CheckName>;
  readonly skip: string | undefined;
  readonly licence: string | undefined;
  /** Of a run that was made already. */
  readonly run?: {
    readonly runId: RunId;
    readonly plan: Pick<Plan, "createdAt" | "expiresAtMs" | "keepOnFailure">;
    /** What its teardown will ask. */
    readonly inventory: Inventory;
  };
  /** Where the load will come from. */
  readonly runner: Plan["runner"];
  /** Whether Coder will serve TLS. */
  readonly tls: boolean;
  /** EKS: from where alone the cluster's API will be reached; empty = anywhere. */
  readonly clusterCidrs: readonly string[];
  readonly place: Place;
}

/** The part of a request that follows from the settings of the run. */
export function checkedSettings({
  size,
  rehearse,
  place,
  runner,
  tls,
  clusterAccess,
}: RunSettings): Pick<PreflightRequest, "size" | "rehearse" | "place" | "runner" | "tls" | "clusterCidrs"> {
  return { size, rehearse, place, runner, tls: tls !== "off", clusterCidrs: clusterAccess?.cidrs ?? [] };
}

/** Where a preflight is asked from. */
export type Asker = Pick<Io, "env" | "cwd">;

/** A run as it is made when nobody says how long it may stay. */
const ORDINARY = { createdAt: new Date(0).toISOString(), expiresAtMs: DEFAULT_TTL_MS };

/** What the checks of every cloud and of the twin share. */
export function commonContext(
  { size, licence, place, run, runner, tls, clusterCidrs }: PreflightRequest,
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
    tls,
    clusterCidrs,
    missingTools: () => missingTools(architecture, runner, env),
    emulated: endpointsOf(architecture.cloud, env).emulated,
    ...(licence === undefined ? {} : { licence }),
    ...(run === undefined ? {} : { runId: run.runId }),
  };
}
