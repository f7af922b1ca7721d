import { randomBytes } from "node:crypto";
import { type Answer, type CoderFailure, failedWith } from "../../coder/http/answer.ts";
import { CoderClient } from "../../coder/client.ts";
import type { CoderHttp } from "../../coder/http/http.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { BuildInfo } from "../../coder/http/schemas.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";
import type { TaskContext } from "../context/load-context.ts";
import { requireEntitlement } from "../checks/require-entitlement.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";

const ASK_AGAIN_MS = 250;

/** A new deployment, and who may set it up. */
export type NewDeployment = Pick<BootstrapTask, "deployment" | "admin" | "licence" | "timeoutMs">;

export interface SignedIn {
  /** Retries what may be asked twice. */
  readonly admin: CoderClient;
  readonly token: string;
  readonly info: BuildInfo;
}

/**
 * Waits until Coder answers, creates the site admin or signs it in, and posts the licence. Throws `coder` if one of
 * the features is not enabled afterwards.
 */
export async function signInFirst(
  http: CoderHttp,
  task: NewDeployment,
  features: readonly string[],
  context: TaskContext,
  deadline: number,
): Promise<SignedIn> {
  const note = (message: string): void => context.emit({ type: "note", message });
  const nobody = new CoderClient(http, { isSiteAdmin: false }, context.signal);
  await awaitHealthy(nobody, task, context, deadline);
  const info = required(await nobody.patient().buildInfo(), "Coder does not report its version");
  note(`Coder ${info.version} answers at ${task.deployment.url}`);
  const token = await createAdminToken(nobody, http, task, context);
  const admin = new CoderClient(http, { token, isSiteAdmin: true }, context.signal).patient();
  if (task.licence !== undefined) {
    await addLicence(admin, task.licence);
    note("the licence was accepted");
  }
  for (const feature of features) await requireEntitlement(admin, feature, context);
  return { admin, token, info };
}

async function awaitHealthy(
  nobody: CoderClient,
  task: NewDeployment,
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
  task: NewDeployment,
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

/** Returns the value of an answer, or throws `coder` with what it was for. */
export function required<T>(answer: Answer<T>, what: string): T {
  if (answer.ok) return answer.value;
  throw new RefbenchError("coder", `${what}: ${answer.failure.message}`);
}
