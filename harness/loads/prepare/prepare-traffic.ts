import type { Io } from "../../composition/settings/io.ts";
import { RefbenchError } from "../../tools/error.ts";
import { systemClock } from "../../tools/time/clock.ts";
import { runOfWorkspace } from "../../workload/checks/cleanup-ownership.ts";
import { lookAtDeployment } from "../../workload/checks/guard-look.ts";
import { planOrganization } from "../../workload/checks/guard-plan.ts";
import { listWorkspaces, requireList } from "../../workload/context/listing.ts";
import { needsSsh, readSchedule } from "../request/schedule.ts";
import { checkScenario } from "../../workload/scenarios/find-scenario.ts";
import { type Prepare, requireSiteAdmin } from "./prepare.ts";
import type { TrafficFlags } from "../request/flags.ts";
import { targetPrefix, trafficTask } from "../request/load-task.ts";

/** Prepares `traffic`, which goes only to workspaces that refbench made. */
export function prepareTraffic(flags: TrafficFlags, { cwd }: Pick<Io, "cwd">): Prepare {
  return async (reach, ground, chooseDeployment) => {
    const schedule = flags.schedule === undefined ? undefined : await readSchedule(flags.schedule, cwd);
    requireSiteAdmin(reach, false);
    const { client } = reach.caller;
    const organization = await planOrganization(client, flags.organization);
    const look = await lookAtDeployment(reach.caller, organization.id, systemClock.now());
    const chosen = await countTargets(reach.caller.client, flags);
    const ready = {
      ...ground,
      ...(await chooseDeployment(look, needsSsh(flags, schedule))),
      organizationId: organization.id,
      schedule,
    };
    const task = trafficTask(flags, ready, chosen);
    await checkScenario(client, task, organization.id);
    return { look, task, notes: [] };
  };
}

async function countTargets(
  client: Parameters<typeof listWorkspaces>[0],
  flags: TrafficFlags,
): Promise<number> {
  const { engine, run, template, targetWorkspaces } = flags;
  const prefix = targetPrefix(flags);
  const named = requireList(await listWorkspaces(client), "workspaces").filter(
    (one) =>
      (one.name.startsWith(prefix) || one.owner_name.startsWith(prefix)) &&
      (template === undefined || one.template_name === template),
  );
  const strangers = engine === "coder" ? [] : named.filter((one) => runOfWorkspace(one) === undefined);
  if (strangers[0] !== undefined)
    throw new RefbenchError(
      "usage",
      `${strangers[0].owner_name}/${strangers[0].name} has a name like refbench's, but refbench did not make it: name the workspaces' run with --run`,
    );
  if (named.length === 0 && engine === "coder")
    throw new RefbenchError(
      "usage",
      `no workspace is named ${prefix}…: make some with "refbench scaletest create-workspaces --engine coder --no-cleanup"`,
    );
  if (named.length === 0)
    throw new RefbenchError(
      "usage",
      `no workspace of refbench${run === undefined ? "" : `'s run ${run}`}${template === undefined ? "" : ` from ${template}`} exists: make some with "refbench scaletest create-workspaces --no-cleanup"`,
    );
  const { from, to } = targetWorkspaces ?? { from: 0, to: named.length };
  if (to > named.length)
    throw new RefbenchError(
      "usage",
      `--target-workspaces is "${from}:${to}", but ${named.length} workspaces match: expected an END of at most ${named.length}`,
    );
  return to - from;
}
