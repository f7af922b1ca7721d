import type { Size } from "../../reference-architectures/architecture.ts";
import { SHARED_MACHINE_LIMITS } from "../model/shard.ts";
import type { CloudPlan, Plan } from "./plan.ts";

/** What changes the meaning of a run's figures, in words. */
export function conditionsOf(run: {
  readonly size: Size;
  readonly runner: Plan["runner"];
  /** Absent on a rehearsal. */
  readonly cloud: CloudPlan | undefined;
  /** Whether a rehearsal has a real Coder server. */
  readonly realCoder: boolean;
}): readonly string[] {
  const { size, runner, cloud, realCoder } = run;
  return [
    ...(size.licensed && !realCoder ? [`Coder licence: ${cloud === undefined ? "simulated" : "given"}`] : []),
    ...(realCoder ? realCoderOf(size) : []),
    "rate limits: off",
    "TLS: off (internal endpoint)",
    "user tokens: minted by the owner",
    cloud === undefined
      ? `generator: shares its machine with ${realCoder ? "Coder, its database and the workspaces" : "the emulated Coder"}, so held to wide limits (slip p99 ${SHARED_MACHINE_LIMITS.slipP99Ms} ms)`
      : generatorOf(runner),
    size.homeVolumeGib === 0 ? "home volumes: none" : `home volumes: ${size.homeVolumeGib} GiB each`,
    // Of what the size asks for, this version carries SSH through the emulator alone.
    ...(cloud === undefined ? [] : ["SSH: none, every connection is a web terminal", ...waivedFor(cloud)]),
  ];
}

/** More replicas than one take a licence. */
function realCoderOf({ coder: { replicas, daemonsPerReplica } }: Size): readonly string[] {
  return [
    `Coder: a real server on this machine, one replica with all ${replicas * daemonsPerReplica} provisioner daemons (${replicas} × ${daemonsPerReplica})`,
    "agents: processes of this machine; home volumes are folders",
    "Postgres: on this machine, unsynced unless it was given by URL",
  ];
}

function generatorOf(runner: Plan["runner"]): string {
  return runner === "network"
    ? "generator: a machine of its own inside Coder's network"
    : "generator: the machine that started the run, over its own route to Coder";
}

function waivedFor({ endpoints, emulated, skippedChecks, skippedCanary }: CloudPlan): readonly string[] {
  const names = Object.keys(endpoints);
  return [
    ...(names.length === 0
      ? []
      : [`cloud: ${emulated ? "emulated" : "in part by other endpoints"} (${names.join(", ")})`]),
    ...(skippedChecks.length === 0 ? [] : [`preflight: without ${skippedChecks.join(", ")}`]),
    ...(skippedCanary ? ["canary: not asked for (--skip-canary)"] : []),
  ];
}
