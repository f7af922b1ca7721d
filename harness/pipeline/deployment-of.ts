import type { LoadResult } from "../model/shard-result.ts";
import type { BootstrapTask } from "../model/shard-task.ts";
import type { Plan } from "./plan.ts";

/** How the workload reaches the run's Coder: the emulator has a tunnel, a real server on this machine its own program. */
export function deploymentOf(plan: Plan, url: string): BootstrapTask["deployment"] {
  const ssh = sshOf(plan);
  const coderBinary = plan.rehearsal?.coder?.binary;
  return { url, ssh, ...(ssh === "stdio" && coderBinary !== undefined ? { coderBinary } : {}) };
}

/** What carries SSH in this run. */
function sshOf({ rehearsal }: Plan): "tunnel" | "stdio" | "none" {
  if (rehearsal === undefined) return "none";
  return rehearsal.coder === undefined ? "tunnel" : "stdio";
}

/** The way that SSH took, as a record says it; through Coder's own program the agents tell which. */
export function sshPathOf(
  plan: Plan,
  { sshDirect = 0 }: Pick<LoadResult["connections"], "sshDirect">,
): "tunnel" | "relayed" | "direct" | "none" {
  const ssh = sshOf(plan);
  if (ssh !== "stdio") return ssh;
  return sshDirect > 0 ? "direct" : "relayed";
}

/** What must be live before the load starts: a real server on one machine is one replica with the daemons of all. */
export function expectedCapacity({ size, rehearsal }: Plan): BootstrapTask["expect"] {
  return {
    replicas: rehearsal?.coder === undefined ? size.coder.replicas : 1,
    provisionerDaemons: size.concurrentBuilds,
  };
}
