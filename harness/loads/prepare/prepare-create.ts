import { systemClock } from "../../tools/time/clock.ts";
import { checkDeployment } from "../../workload/checks/check-deployment.ts";
import { checkTemplate } from "../../workload/checks/check-template.ts";
import { lookAtDeployment } from "../../workload/checks/guard-look.ts";
import { findBuildTags } from "../../workload/context/capacity.ts";
import { planTemplate } from "../../workload/checks/guard-plan.ts";
import { needsSsh, readSchedule } from "../request/schedule.ts";
import { checkScenario } from "../../workload/scenarios/find-scenario.ts";
import { chooseTokenLifetime } from "../../workload/context/token-lifetime.ts";
import type { Io } from "../../composition/settings/io.ts";
import { type Prepare, requireSiteAdmin } from "./prepare.ts";
import type { CreateFlags } from "../request/flags.ts";
import { createTask } from "../request/load-task.ts";
import { readParameters } from "../request/parameters.ts";
import { isOn } from "../request/values.ts";

/** Prepares `create-workspaces`: checks the template and its parameters before anything is created. */
export function prepareCreate(flags: CreateFlags, io: Io): Prepare {
  return async (reach, ground, chooseDeployment) => {
    const parameters = await readParameters(flags, io.cwd);
    const schedule = flags.schedule === undefined ? undefined : await readSchedule(flags.schedule, io.cwd);
    requireSiteAdmin(reach, isOn(flags.useHostLogin, "CODER_SCALETEST_USE_HOST_LOGIN", io.env));
    const { client } = reach.caller;
    const { template, preset, organization: wish } = flags;
    const planned = await planTemplate(client, {
      template,
      ...(preset === undefined ? {} : { preset }),
      ...(wish === undefined ? {} : { organization: wish }),
    });
    const { organization, presetId } = planned;
    const tags = await findBuildTags(client, planned.template.active_version_id);
    const look = await lookAtDeployment(reach.caller, organization.id, systemClock.now(), tags);
    const task = createTask(
      flags,
      {
        ...ground,
        ...(await chooseDeployment(look, needsSsh(flags, schedule))),
        organizationId: organization.id,
        schedule,
      },
      { template: planned.template.name, parameters, ...(presetId === undefined ? {} : { presetId }) },
    );
    const notes: string[] = [];
    const note = (message: string): unknown => notes.push(message);
    await checkDeployment(client, organization.id, task, note);
    await chooseTokenLifetime(client, task, note);
    await checkTemplate(client, planned.template, task, note);
    await checkScenario(client, task, organization.id);
    return { look, task, notes };
  };
}
