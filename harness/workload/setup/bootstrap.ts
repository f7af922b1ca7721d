import { CoderHttp } from "../../coder/http/http.ts";
import { startDeadline } from "../../tools/time/deadline.ts";
import type { BootstrapResult } from "../../model/record/worker-result.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";
import { awaitCapacity } from "./await-capacity.ts";
import { describeProvisioners } from "../context/capacity.ts";
import type { TaskContext } from "../context/load-context.ts";
import { onlyOrganization } from "../context/organization.ts";
import { signInFirst } from "./site-admin.ts";
import { uploadTemplate } from "./upload-template.ts";
import { countOf } from "../../tools/count-text.ts";

/** How long the last call before the deadline may take. */
const LAST_ANSWER_MS = 10_000;

/**
 * Prepares a new Coder for the load: site admin, token, licence, expected capacity, template. A second run
 * has the same result: the site admin logs in, and the template gets another version.
 */
export async function runBootstrap(task: BootstrapTask, context: TaskContext): Promise<BootstrapResult> {
  // Each wait has the task's own deadline and names what it waits for; this one is for calls whose answers
  // trickle.
  const end = startDeadline(task.timeoutMs + LAST_ANSWER_MS, context.signal);
  try {
    return await bootstrapUntil(task, { ...context, signal: end.signal });
  } finally {
    end.release();
  }
}

async function bootstrapUntil(task: BootstrapTask, context: TaskContext): Promise<BootstrapResult> {
  const http = new CoderHttp({ ...task.deployment, clock: context.clock });
  const deadline = context.clock.elapsed() + task.timeoutMs;
  const note = (message: string): void => context.emit({ type: "note", message });
  try {
    const features =
      task.licence !== undefined && task.expect.replicas > 1 ? (["high_availability"] as const) : [];
    const { admin, token, info } = await signInFirst(http, task, features, context, deadline);
    const organization = await onlyOrganization(admin);
    const capacity = await awaitCapacity(admin, organization.id, task.expect, context, deadline);
    note(
      `live: ${countOf(capacity.replicas, "replica")} with ${describeProvisioners(capacity.daemons, task.expect)}`,
    );

    const template = await uploadTemplate(admin, organization.id, task.template, context, deadline);
    note(`template ${task.template.name} is imported`);
    return {
      stopped: false,
      token,
      organizationId: organization.id,
      templateId: template.id,
      templateVersionId: template.versionId,
      deploymentId: info.deployment_id,
      coderVersion: info.version,
      replicas: capacity.replicas,
      provisionerDaemons: capacity.daemons,
    };
  } finally {
    await http.close();
  }
}
