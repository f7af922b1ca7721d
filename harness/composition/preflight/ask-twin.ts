import { AWS_CHECKS } from "../../inventory/preflight/aws/checks.ts";
import { GOOGLE_CHECKS } from "../../inventory/preflight/google/checks.ts";
import { KUBERNETES_CHECKS } from "../../inventory/preflight/kubernetes/checks.ts";
import type { CheckQuestion } from "../../inventory/preflight/check.ts";
import type { Provider } from "../../../reference-architectures/zones.ts";
import { preflightReport, type PreflightReport } from "../../inventory/preflight/report.ts";
import { runChecks } from "../../inventory/preflight/run-checks.ts";
import { twinChecks } from "../../inventory/preflight/twin-checks.ts";
import { RefbenchError } from "../../tools/error.ts";
import { twinIfAny } from "../../../rehearsal/twin/inventory-adapter.ts";
import { TWIN_PROJECT } from "../../../reference-architectures/twin-project.ts";
import { TWIN_CALLER } from "../../../rehearsal/twin/project.ts";
import { type Asker, buildCommonContext, type PreflightRequest } from "./request.ts";
import { twinRoot } from "../settings/defaults.ts";

const CHECKS: Readonly<Record<Provider, readonly CheckQuestion[]>> = {
  google: GOOGLE_CHECKS,
  aws: AWS_CHECKS,
  kubernetes: KUBERNETES_CHECKS,
};

/** Runs the checks of the architecture's cloud with the answers of its twin. */
export async function askTwin(
  request: PreflightRequest,
  io: Asker,
  signal: AbortSignal,
): Promise<PreflightReport> {
  if (request.skip !== undefined) {
    throw new RefbenchError("usage", `--skip-preflight cannot be combined with --rehearse: omit one of them`);
  }
  const shared = buildCommonContext(request, io);
  const context = {
    ...shared,
    project: TWIN_PROJECT,
    inventory: request.run?.inventory ?? twinIfAny(twinRoot(io.cwd)),
    sweepCommand: "refbench sweep --rehearse",
    ...(shared.architecture.cloud === "aws" ? { twinCallerArn: TWIN_CALLER } : {}),
  };
  return preflightReport(
    context,
    true,
    await runChecks(twinChecks(CHECKS[context.architecture.cloud]), context, signal, { fail: request.fail }),
  );
}
