import type { z } from "zod";
import { type Answer, failedWith } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import type { deploymentConfig, entitlements } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";
import { newPassword } from "../context/new-password.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";

/**
 * Throws `usage` when the deployment would refuse every workspace of the load: SSH, passwords, more users.
 * Limits that it does not report are not checked; a note says so.
 */
export async function checkDeployment(
  admin: CoderClient,
  organizationId: string,
  task: LoadTask,
  note: (message: string) => void,
): Promise<void> {
  const [licensed, configured] = await Promise.all([admin.entitlements(), admin.deploymentConfig()]);
  const skipped = (what: string, answer: Answer<unknown>): void => {
    // 404: a build without licences has none of these limits.
    if (!answer.ok && !failedWith(answer, 404))
      note(`${what} could not be checked: ${answer.failure.message}`);
  };
  skipped("the licence's seats, and whether it only allows browsers,", licensed);
  skipped("whether the deployment's settings refuse the load", configured);
  // eslint-disable-next-line no-restricted-syntax -- noted above as not checked.
  const features = licensed.ok ? licensed.value.features : {};
  // eslint-disable-next-line no-restricted-syntax -- noted above as not checked.
  const config = configured.ok ? configured.value.config : {};

  if (task.deployment.ssh !== "none" && allowsBrowsersOnly(features, config))
    throw new RefbenchError(
      "usage",
      `${task.deployment.url} only allows browser connections, so SSH reaches no workspace: use only web terminals (--ssh none)`,
    );
  if (config.disable_owner_workspace_exec === true)
    note(
      "site admins have no access to others' workspaces here: each connection uses a token of its workspace's user",
    );

  if (task.login === "login") {
    const isOff = config.disable_password_auth === true;
    skipped("whether it accepts refbench's passwords", await checkPasswords(admin, task, isOff));
  }
  if (task.login === "host") skipped("your quota", await checkQuota(admin, organizationId, note));
  const seats = features["user_limit"];
  const isMakingUsers = task.existing === undefined && task.login !== "host" && task.reuseUsers !== true;
  if (seats?.enabled !== true || seats.limit == null || !isMakingUsers) return;
  const free = seats.limit - (seats.actual ?? 0);
  if (task.users > free)
    throw new RefbenchError(
      "usage",
      `the licence of ${task.deployment.url} has ${Math.max(0, free)} of ${seats.limit} seats free, but the load creates ${task.users} users: lower the number, or use your own user (--use-host-login)`,
    );
}

/**
 * Checks that the deployment accepts passwords, which users need to log in themselves. Returns the answer
 * that it checked.
 */
async function checkPasswords(
  admin: CoderClient,
  { deployment }: LoadTask,
  isOff: boolean,
): Promise<Answer<unknown>> {
  if (isOff)
    throw new RefbenchError(
      "usage",
      `${deployment.url} accepts no passwords, so the load's users cannot log in: omit --login-each, and refbench creates their tokens`,
    );
  const checked = await admin.validatePassword(newPassword());
  if (!checked.ok || checked.value.valid) return checked;
  throw new RefbenchError(
    "usage",
    `${deployment.url} does not accept refbench's passwords (${checked.value.details}): omit --login-each, and refbench creates the users' tokens`,
  );
}

/** Whether a deployment only allows browsers; false if it does not report that. */
export async function isBrowserOnly(admin: CoderClient): Promise<boolean> {
  const [licensed, configured] = await Promise.all([admin.entitlements(), admin.deploymentConfig()]);
  return allowsBrowsersOnly(
    // eslint-disable-next-line no-restricted-syntax -- SSH is then tried, and its failure is measured.
    licensed.ok ? licensed.value.features : {},
    // eslint-disable-next-line no-restricted-syntax -- SSH is then tried, and its failure is measured.
    configured.ok ? configured.value.config : {},
  );
}

function allowsBrowsersOnly(
  features: z.infer<typeof entitlements>["features"],
  config: Partial<z.infer<typeof deploymentConfig>["config"]>,
): boolean {
  return features["browser_only"]?.enabled === true || config.browser_only === true;
}

/**
 * Adds a note when the caller's quota is used up; a template without cost still works then. The quota of new
 * users is not known yet. Returns the answer that it checked.
 */
async function checkQuota(
  admin: CoderClient,
  organizationId: string,
  note: (message: string) => void,
): Promise<Answer<unknown>> {
  const quota = await admin.quota(organizationId, "me");
  if (!quota.ok) return quota;
  const { credits_consumed: consumed, budget } = quota.value;
  if (budget >= 0 && consumed >= budget)
    note(
      `your quota is used up (${consumed} of ${budget}): builds of a template with a cost will be refused; raise the quota allowance of your groups`,
    );
  return quota;
}
