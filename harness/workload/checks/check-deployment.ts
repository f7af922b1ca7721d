import type { z } from "zod";
import { type Answer, failedWith } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import type { deploymentConfig, entitlements } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";
import { newPassword } from "../context/new-password.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";

/**
 * Refuses what the deployment would refuse to every workspace of the load: SSH, passwords, more users. What it does not
 * tell is tried, with a note that it was not checked.
 */
export async function checkDeployment(
  owner: CoderClient,
  organizationId: string,
  task: LoadTask,
  note: (message: string) => void,
): Promise<void> {
  const [licensed, configured] = await Promise.all([owner.entitlements(), owner.deploymentConfig()]);
  const skipped = (what: string, answer: Answer<unknown>): void => {
    // 404: a build without licences has none of the limits that are looked for.
    if (!answer.ok && !failedWith(answer, 404))
      note(`${what} could not be checked: ${answer.failure.message}`);
  };
  skipped("the licence's seats, and whether it allows browsers only,", licensed);
  skipped("whether the deployment's settings refuse the load", configured);
  // eslint-disable-next-line no-restricted-syntax -- noted above as not checked.
  const features = licensed.ok ? licensed.value.features : {};
  // eslint-disable-next-line no-restricted-syntax -- noted above as not checked.
  const config = configured.ok ? configured.value.config : {};

  if (task.deployment.ssh !== "none" && allowsBrowsersOnly(features, config))
    throw new RefbenchError(
      "usage",
      `${task.deployment.url} allows browser connections only, so that no workspace can be reached by SSH: ask for web terminals alone (--ssh none)`,
    );
  if (config.disable_owner_workspace_exec === true)
    note(
      "owners have no access to others' workspaces here: each connection uses a token of its workspace's owner",
    );

  if (task.login === "login") {
    const isOff = config.disable_password_auth === true;
    skipped("whether it takes refbench's passwords", await checkPasswords(owner, task, isOff));
  }
  if (task.login === "host") skipped("your quota", await checkQuota(owner, organizationId, note));
  const seats = features["user_limit"];
  const isMakingUsers = task.existing === undefined && task.login !== "host" && task.reuseUsers !== true;
  if (seats?.enabled !== true || seats.limit == null || !isMakingUsers) return;
  const free = seats.limit - (seats.actual ?? 0);
  if (task.users > free)
    throw new RefbenchError(
      "usage",
      `the licence of ${task.deployment.url} has ${Math.max(0, free)} of ${seats.limit} seats free, and the load makes ${task.users} users: ask for fewer, or use your own user (--use-host-login)`,
    );
}

/** Users who log in themselves need passwords, which the deployment may not take. Returns the answer that it checked. */
async function checkPasswords(
  owner: CoderClient,
  { deployment }: LoadTask,
  isOff: boolean,
): Promise<Answer<unknown>> {
  if (isOff)
    throw new RefbenchError(
      "usage",
      `${deployment.url} takes no passwords, so that the load's users cannot log in: leave --login-each out, and their tokens are minted`,
    );
  const checked = await owner.validatePassword(newPassword());
  if (!checked.ok || checked.value.valid) return checked;
  throw new RefbenchError(
    "usage",
    `${deployment.url} takes no password as refbench makes them (${checked.value.details}): leave --login-each out, and tokens are minted`,
  );
}

/** Whether a deployment lets nobody in but by a browser; what it does not tell is tried. */
export async function isBrowserOnly(owner: CoderClient): Promise<boolean> {
  const [licensed, configured] = await Promise.all([owner.entitlements(), owner.deploymentConfig()]);
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

/** Returns the answer that it checked. Only a note: a template that costs nothing may be used with nothing left. New users' quota is known to nobody yet. */
async function checkQuota(
  owner: CoderClient,
  organizationId: string,
  note: (message: string) => void,
): Promise<Answer<unknown>> {
  const quota = await owner.quota(organizationId, "me");
  if (!quota.ok) return quota;
  const { credits_consumed: consumed, budget } = quota.value;
  if (budget >= 0 && consumed >= budget)
    note(
      `your quota is used up (${consumed} of ${budget}): builds of a template that costs anything will be refused; raise the quota allowance of your groups`,
    );
  return quota;
}
