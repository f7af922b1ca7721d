import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ResolvedSize } from "../../../reference-architectures/catalogue.ts";
import { getArchitecture } from "../../../reference-architectures/catalogue.ts";
import { googleApi } from "../../inventory/google/api.ts";
import { googleAuth } from "../../inventory/google/auth.ts";
import { customGoogleEndpoints, googleEndpoints } from "../../inventory/google/endpoints.ts";
import { googleInventory } from "../../inventory/google/inventory.ts";
import type { CheckName } from "../../inventory/preflight/check.ts";
import { parseSkips } from "../../inventory/preflight/choose-checks.ts";
import { GOOGLE_CHECKS } from "../../inventory/preflight/google/checks.ts";
import { ambientProjects } from "../../inventory/preflight/google/context.ts";
import { googleSource } from "../../inventory/preflight/google/credential-source.ts";
import { preflightReport, type PreflightReport } from "../../inventory/preflight/report.ts";
import { runChecks } from "../../inventory/preflight/run-checks.ts";
import { twinChecks } from "../../inventory/preflight/twin-checks.ts";
import { web } from "../../inventory/preflight/web.ts";
import { googleOwnerMarker } from "../../inventory/sweep/owner-marker/google.ts";
import { systemClock } from "../../model/clock.ts";
import { RefbenchError } from "../../model/error.ts";
import type { Inventory } from "../../model/inventory.ts";
import { DEADLINES_MS } from "../../pipeline/plan.ts";
import { twinInventory } from "../../rehearsal/twin/inventory-adapter.ts";
import { TWIN_PROJECT } from "../../rehearsal/twin/project.ts";
import { createTerraform } from "../../terraform/terraform.ts";
import type { Io } from "../io.ts";
import { twinRoot } from "../run-options.ts";

export interface PreflightRequest {
  readonly size: ResolvedSize;
  readonly rehearse: boolean;
  readonly project: string | undefined;
  readonly fail: ReadonlySet<CheckName>;
  readonly skip: string | undefined;
  readonly licence: string | undefined;
}

/** The longest run there is, with its teardown. */
const NEEDED_MS = Object.values(DEADLINES_MS).reduce((sum, ms) => sum + ms, 0);

/** Asks everything that can be asked before a run, of the twin or of the cloud. Creates nothing. */
export async function askPreflight(
  request: PreflightRequest,
  io: Io,
  signal: AbortSignal,
): Promise<PreflightReport> {
  return request.rehearse ? askTwin(request, io, signal) : askGoogle(request, io, signal);
}

/** What every cloud and the twin share. */
function common({ size, licence }: PreflightRequest, { env }: Io) {
  return {
    architecture: getArchitecture(size.architecture),
    size,
    clock: systemClock,
    neededMs: NEEDED_MS,
    terraform: (signal: AbortSignal) => createTerraform().version({ env, signal }),
    web,
    ...(licence === undefined ? {} : { licence }),
  };
}

async function askTwin(request: PreflightRequest, io: Io, signal: AbortSignal): Promise<PreflightReport> {
  const context = {
    ...common(request, io),
    project: TWIN_PROJECT,
    inventory: lookOnly(twinRoot(io.cwd)),
    sweepCommand: "refbench sweep --rehearse",
  };
  if (request.skip !== undefined) {
    throw new RefbenchError(
      "usage",
      `--skip-preflight is "${request.skip}", but --rehearse asks no cloud: leave it out`,
    );
  }
  const results = await runChecks(twinChecks(GOOGLE_CHECKS), context, signal, { fail: request.fail });
  return preflightReport(context, true, results);
}

/** The twin's inventory without making its folder: where there is none, nothing is in it. */
function lookOnly(root: string): Inventory {
  if (existsSync(join(root, "inventory"))) return twinInventory(root);
  const scope = "twin, which this folder does not have yet";
  return {
    list: () => Promise.resolve({ state: "complete", scope, kinds: [], items: [] }),
    remove: () => Promise.resolve({ state: "gone" }),
  };
}

async function askGoogle(request: PreflightRequest, io: Io, signal: AbortSignal): Promise<PreflightReport> {
  const { env } = io;
  const shared = common(request, io);
  const { architecture } = shared;
  if (architecture.cloud !== "google") {
    throw new RefbenchError(
      "usage",
      `the preflight of ${architecture.name} on ${architecture.cloud} does not exist in this version: add --rehearse, or sign in and see "refbench sweep --account <id> --region ${architecture.region} --dry-run"`,
    );
  }
  const project = request.project ?? "";
  if (project === "") {
    throw new RefbenchError(
      "usage",
      `--project is missing: the project of ${architecture.name} is pinned, never guessed from the environment; or add --rehearse`,
    );
  }
  const skip = parseSkips(request.skip, customGoogleEndpoints(env));
  const api = { auth: googleAuth(env), endpoints: googleEndpoints(env), clock: systemClock };
  const context = {
    ...shared,
    project,
    ambientProjects: ambientProjects(env),
    credential: () => googleSource(env),
    call: googleApi(api),
    marker: googleOwnerMarker(project, api),
    inventory: googleInventory({ project, ...api }),
    sweepCommand: `refbench sweep --project ${project}`,
  };
  return preflightReport(context, false, await runChecks(GOOGLE_CHECKS, context, signal, { skip }));
}
