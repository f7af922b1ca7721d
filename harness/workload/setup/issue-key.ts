import { failedWith, type CoderFailure } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import { CoderHttp } from "../../coder/http/http.ts";
import type { ProvisionerKey } from "../../coder/http/schemas.ts";
import { startDeadline } from "../../tools/time/deadline.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { IssuedKey } from "../../model/record/worker-result.ts";
import type { IssueKeyTask } from "../../model/ports/worker-task.ts";
import { awaitReplicas } from "./await-capacity.ts";
import type { TaskContext } from "../context/load-context.ts";
import { onlyOrganization } from "../context/organization.ts";
import { required, signInFirst } from "./site-admin.ts";

/** How long the last call before the deadline may take. */
const LAST_ANSWER_MS = 10_000;
const FEATURE = "external_provisioner_daemons";

/**
 * Prepares a new Coder for external provisioners: site admin, licence, replicas, and the key with which they connect.
 * A key whose secret the caller has stays. One of the same name whose secret is lost is replaced.
 */
export async function runIssueKey(task: IssueKeyTask, context: TaskContext): Promise<IssuedKey> {
  const end = startDeadline(task.timeoutMs + LAST_ANSWER_MS, context.signal);
  const http = new CoderHttp({ ...task.deployment, clock: context.clock });
  try {
    return await issueUntil(http, task, { ...context, signal: end.signal });
  } finally {
    end.release();
    await http.close();
  }
}

async function issueUntil(http: CoderHttp, task: IssueKeyTask, context: TaskContext): Promise<IssuedKey> {
  const deadline = context.clock.elapsed() + task.timeoutMs;
  const features = task.replicas > 1 ? [FEATURE, "high_availability"] : [FEATURE];
  const { admin } = await signInFirst(http, task, features, context, deadline);
  const { id: organizationId } = await onlyOrganization(admin);
  await awaitReplicas(admin, organizationId, task.replicas, context, deadline);
  const { name, knownId } = task.key;
  const existing = await findKey(admin, organizationId, name);
  if (existing !== undefined && existing.id === knownId) return { stopped: false, id: existing.id };
  if (existing !== undefined) {
    context.emit({ type: "note", message: `provisioner key ${name} is replaced: its secret is lost` });
    required(
      await admin.deleteProvisionerKey(organizationId, name),
      `provisioner key ${name}, whose secret is lost, cannot be deleted`,
    );
  }
  const created = await admin.createProvisionerKey(organizationId, { name, tags: task.key.tags });
  if (!created.ok) throw refusalOf(created.failure, name);
  const made = await findKey(admin, organizationId, name);
  if (made === undefined)
    throw new RefbenchError(
      "coder",
      `provisioner key ${name} was created but is not listed: run the stage again, which makes another one`,
    );
  context.emit({ type: "note", message: `provisioner key ${name} is made` });
  return { stopped: false, id: made.id, secret: created.value.key };
}

async function findKey(
  admin: CoderClient,
  organizationId: string,
  name: string,
): Promise<ProvisionerKey | undefined> {
  const keys = await admin.provisionerKeys(organizationId);
  if (!keys.ok) throw refusalOf(keys.failure, name);
  return keys.value.find((key) => key.name.toLowerCase() === name.toLowerCase());
}

function refusalOf(failure: CoderFailure, name: string): RefbenchError {
  const answer = { ok: false, failure } as const;
  const why = failedWith(answer, 404)
    ? "this build of Coder has no external provisioners: deploy one that accepts a licence"
    : failedWith(answer, 403)
      ? `${failure.message}: expected a licence with ${FEATURE}`
      : failure.message;
  return new RefbenchError("coder", `provisioner key ${name} cannot be made: ${why}`);
}
