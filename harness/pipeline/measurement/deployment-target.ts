import { sshPathOf, type SshPath } from "../../model/observation/network.ts";
import type { LoadResult } from "../../model/record/worker-result.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";
import type { Plan } from "../folder/plan.ts";
import { namePrefix } from "../../model/run-id.ts";

/** How the workload reaches the run's Coder. The emulator has a tunnel; a real server offers its own client. */
export function deploymentTarget(plan: Plan, url: string): BootstrapTask["deployment"] {
  const ssh = sshCarrier(plan);
  return { url, ssh, ...(ssh === "stdio" ? { sshOptional: true } : {}) };
}

/** The transport of SSH in this run. */
function sshCarrier({ rehearsal }: Plan): "tunnel" | "stdio" {
  return rehearsal !== undefined && rehearsal.coder === undefined ? "tunnel" : "stdio";
}

/** The path that SSH took, for the record. */
export function sshPath(
  plan: Plan,
  connections: Pick<LoadResult["connections"], "ssh" | "sshRelayed" | "sshDirect">,
): SshPath {
  return sshPathOf(sshCarrier(plan), connections);
}

/** How long a rehearsal waits for external provisioners whose number does not change. */
const REHEARSED_WITHIN_MS = 10_000;

/**
 * The capacity that must be live before the load starts. A real server on one machine is one replica with the daemons of
 * all.
 */
export function expectedCapacity(plan: Plan): BootstrapTask["expect"] {
  const { size, rehearsal } = plan;
  return {
    ...(size.provisioners === "builtin"
      ? {}
      : {
          provisionerKey: provisionerKeyName(plan),
          // The twin's provisioners connect at once, or never.
          ...(rehearsal === undefined ? {} : { provisionersWithinMs: REHEARSED_WITHIN_MS }),
        }),
    replicas: rehearsal?.coder === undefined ? size.coder.replicas : 1,
    provisionerDaemons: size.concurrentBuilds,
  };
}

/** The name of the key with which a run's external provisioners connect. */
export function provisionerKeyName({ runId }: Pick<Plan, "runId">): string {
  return `${namePrefix(runId)}-provisioners`;
}
