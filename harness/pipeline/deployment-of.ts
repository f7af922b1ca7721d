import type { BootstrapTask } from "../model/shard.ts";
import type { Plan } from "./plan.ts";

/** How the workload reaches the run's Coder: only the emulator has the tunnel. */
export function deploymentOf(plan: Plan, url: string): BootstrapTask["deployment"] {
  return { url, ssh: sshOf(plan) };
}

/** What carries SSH in this run. */
export function sshOf({ rehearsal }: Plan): "tunnel" | "none" {
  return rehearsal !== undefined && rehearsal.coder === undefined ? "tunnel" : "none";
}

/** What must be live before the load starts: a real server on one machine is one replica with the daemons of all. */
export function expectedCapacity({ size, rehearsal }: Plan): BootstrapTask["expect"] {
  return {
    replicas: rehearsal?.coder === undefined ? size.coder.replicas : 1,
    provisionerDaemons: size.concurrentBuilds,
  };
}
