import { randomBytes } from "node:crypto";
import { type Answer, type CoderFailure, failedWith } from "../../coder/http/answer.ts";
import { CoderClient } from "../../coder/client.ts";
import { CoderHttp } from "../../coder/http/http.ts";
import { startDeadline } from "../../tools/time/deadline.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { BootstrapResult } from "../../model/record/worker-result.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";
import { awaitCapacity } from "./await-capacity.ts";
import type { TaskContext } from "../context/load-context.ts";
import { onlyOrganization } from "../context/organization.ts";
import { requireEntitlement } from "../checks/require-entitlement.ts";
import { uploadTemplate } from "./upload-template.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";
import { countOf } from "../../tools/count-text.ts";

const ASK_AGAIN_MS = 250;
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
    const nobody = new CoderClient(http, { isSiteAdmin: false }, context.signal);
    await awaitHealthy(nobody, task, context, deadline);
    const info = required(await nobody.patient().buildInfo(), "Coder does not report its version");
    note(`Coder ${info.version} answers at ${task.deployment.url}`);

    const token = await createAdminToken(nobody, http, task, context);
    const admin = new CoderClient(http, { token, isSiteAdmin: true }, context.signal).patient();
    if (task.licence !== undefined) {
      await addLicence(admin, task.licence);
      if (task.expect.replicas > 1) await requireEntitlement(admin, "high_availability", context);
      note("the licence was accepted");
    }
    const organization = await onlyOrganization(admin);
    const capacity = await awaitCapacity(admin, organization.id, task, context, deadline);
    note(
      `live: ${countOf(capacity.replicas, "replica")} with ${countOf(capacity.daemons, "provisioner daemon")}`,
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

async function awaitHealthy(
  nobody: CoderClient,
  task: BootstrapTask,
  context: TaskContext,
  deadline: number,
): Promise<void> {
  const { clock, signal } = context;
  let reason = "";
  const isHealthy = await waitUntil(
    async () => {
      const answer = await nobody.healthz();
      if (answer.ok) return true;
      reason = answer.failure.message;
      return undefined;
    },
    { clock, everyMs: ASK_AGAIN_MS, forMs: deadline - clock.elapsed(), signal },
  );
  if (isHealthy === undefined)
    throw new RefbenchError(
      "coder",
      `Coder at ${task.deployment.url} was not healthy within ${task.timeoutMs} ms: ${reason}; check its pods and their logs`,
    );
}

/** Creates a separate token, because the login's session ends with a logout or after a day. */
async function createAdminToken(
  nobody: CoderClient,
  http: CoderHttp,
  task: BootstrapTask,
  context: TaskContext,
): Promise<string> {
  const { admin } = task;
  const created = await nobody.createFirstUser(admin);
  // 409: an earlier bootstrap of this deployment created the user.
  if (!created.ok && !failedWith(created, 409)) required(created, "the first user cannot be created");
  const login = required(
    await nobody.login(admin.email, admin.password),
    created.ok
      ? "the first user cannot log in"
      : `another first user exists, and ${admin.email} cannot log in`,
  );
  const session = new CoderClient(http, { token: login.session_token, isSiteAdmin: true }, context.signal);
  const name = `refbench-${randomBytes(4).toString("hex")}`;
  return required(await session.mintToken("me", name), "the site admin's token cannot be created").key;
}

async function addLicence(admin: CoderClient, licence: string): Promise<void> {
  const added = await admin.addLicence(licence);
  if (added.ok || /already/i.test(added.failure.message)) return;
  const why = failedWith(added, 404)
    ? "this build of Coder accepts no licences"
    : withoutSecret(added.failure, licence);
  throw new RefbenchError("coder", `the licence was not accepted: ${why}`);
}

function withoutSecret(failure: CoderFailure, secret: string): string {
  return failure.message.replaceAll(secret, "***");
}

function required<T>(answer: Answer<T>, what: string): T {
  if (answer.ok) return answer.value;
  throw new RefbenchError("coder", `${what}: ${answer.failure.message}`);
}
