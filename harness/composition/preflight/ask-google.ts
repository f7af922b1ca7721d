import { googleApi } from "../../inventory/google/api.ts";
import { googleAuth } from "../../inventory/google/auth.ts";
import { googleEndpoints } from "../../inventory/google/endpoints.ts";
import { googleInventory } from "../../inventory/google/inventory.ts";
import { parseSkips } from "../../inventory/preflight/choose-checks.ts";
import { GOOGLE_CHECKS } from "../../inventory/preflight/google/checks.ts";
import { ambientProjects } from "../../inventory/preflight/google/context.ts";
import { googleSource, otherInClusters } from "../../inventory/preflight/google/credential-source.ts";
import { preflightReport, type PreflightReport } from "../../inventory/preflight/report.ts";
import { runChecks } from "../../inventory/preflight/run-checks.ts";
import { googleOwnerMarker } from "../../inventory/sweep/owner-marker/google.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { endpointsOf } from "../settings/endpoints.ts";
import { type Asker, buildCommonContext, type PreflightRequest } from "./request.ts";

/** Runs the checks in the pinned project. */
export async function askGoogle(
  request: PreflightRequest,
  project: string,
  io: Asker,
  signal: AbortSignal,
): Promise<PreflightReport> {
  const { env } = io;
  const { endpoints, emulated } = endpointsOf("google", env);
  const skip = parseSkips(request.skip, emulated ? Object.keys(endpoints) : []);
  const api = { auth: googleAuth(env), endpoints: googleEndpoints(env), clock: systemClock };
  const context = {
    ...buildCommonContext(request, io),
    project,
    ambientProjects: ambientProjects(env),
    credential: () => googleSource(env),
    otherInClusters: otherInClusters(env),
    call: googleApi(api),
    marker: googleOwnerMarker(project, api),
    inventory: request.run?.inventory ?? googleInventory({ project, ...api }),
    sweepCommand: `refbench sweep --project ${project}`,
  };
  return preflightReport(context, false, await runChecks(GOOGLE_CHECKS, context, signal, { skip }));
}
