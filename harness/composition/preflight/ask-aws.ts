import { sdkClients } from "../../inventory/aws/clients.ts";
import { awsInventory } from "../../inventory/aws/inventory.ts";
import { patientSend } from "../../inventory/aws/session.ts";
import { AWS_CHECKS } from "../../inventory/preflight/aws/checks.ts";
import type { AwsContext } from "../../inventory/preflight/aws/context.ts";
import { awsSource } from "../../inventory/preflight/aws/credential-source.ts";
import { parseSkips } from "../../inventory/preflight/choose-checks.ts";
import { preflightReport, type PreflightReport } from "../../inventory/preflight/report.ts";
import { runChecks } from "../../inventory/preflight/run-checks.ts";
import { awsOwnerMarker } from "../../inventory/sweep/owner-marker/aws.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { endpointsOf } from "../settings/endpoints.ts";
import { type Asker, buildCommonContext, type PreflightRequest } from "./request.ts";

/** Runs the checks in the pinned account, in the architecture's region. */
export async function askAws(
  request: PreflightRequest,
  account: string,
  io: Asker,
  signal: AbortSignal,
): Promise<PreflightReport> {
  const { env } = io;
  const { endpoints, emulated } = endpointsOf("aws", env);
  const skip = parseSkips(request.skip, emulated ? Object.keys(endpoints) : []);
  const shared = buildCommonContext(request, io);
  const { region } = shared.architecture;
  const clients = sdkClients(region, env);
  const context: AwsContext = {
    ...shared,
    project: account,
    credential: awsSource(env),
    send: (stop) => patientSend({ client: clients, clock: systemClock, signal: stop }),
    marker: awsOwnerMarker({ account, region, env, clock: systemClock }),
    inventory: request.run?.inventory ?? awsInventory({ account, region, env }),
    sweepCommand: `refbench sweep --account ${account} --region ${region}`,
  };
  return preflightReport(context, false, await runChecks(AWS_CHECKS, context, signal, { skip }));
}
