import { GENERATOR_LIMITS, type LoadTask } from "../model/ports/worker-task.ts";
import type { DeploymentLook } from "../workload/checks/guard-look.ts";
import type { BuildCapacity } from "../workload/context/capacity.ts";
import { explainFewerParts } from "../workload/parts/plan-parts.ts";

/** The conditions that change the meaning of a load's figures, in words. */
export function listConditions(
  task: LoadTask,
  look: DeploymentLook,
  { cleanup, generator }: { readonly cleanup: string; readonly generator?: readonly string[] | undefined },
): string[] {
  const { deployment, traffic, login, keep, app } = task;
  const isShared = task.generatorLimits.slipP99Ms !== GENERATOR_LIMITS.slipP99Ms;
  const tokens = {
    mint: "user tokens: created by the site admin",
    login: "user tokens: a login each",
    host: "user tokens: the caller's own for all",
  };
  const fewerParts = explainFewerParts(task);
  return [
    ...(look.inUse.length === 0 ? [] : [`others meanwhile: ${look.inUse.join("; ")}`]),
    look.isSiteAdmin ? "rate limits: off for the owner's calls, on for the users'" : "rate limits: on",
    look.url.startsWith("https:") ? "TLS: on" : "TLS: off",
    tokens[login ?? "mint"],
    ...(generator ?? [
      isShared
        ? `generator: reaches Coder on its own machine (loopback), so held to wide limits (slip p99 ${task.generatorLimits.slipP99Ms} ms)`
        : "generator: this machine, over its own route to Coder",
    ]),
    ...(fewerParts === undefined ? [] : [fewerParts]),
    ...("unknown" in look.builds
      ? [`builds: how many can run at once is not known (${look.builds.unknown})`]
      : externalCondition(look.builds)),
    ...(deployment.proxy === undefined ? [] : ["proxy: all connections went through one"]),
    ...(traffic === undefined
      ? []
      : [`traffic: ${traffic.bytesPerTick} bytes each ${traffic.tickMs} ms on each held connection`]),
    ...(app === undefined ? [] : [`app: ${app.slug}, reached by ${app.by}`]),
    ...(keep === true
      ? [`cleanup: none was asked for (--no-cleanup); delete what is there with "${cleanup}"`]
      : []),
  ];
}

/** Coder lists external provisioners beside its own daemons; no machine of theirs is known here. */
function externalCondition({ daemons, external }: BuildCapacity): string[] {
  return external === undefined
    ? []
    : [`builds: ${external} of ${daemons} daemons are external provisioners`];
}
