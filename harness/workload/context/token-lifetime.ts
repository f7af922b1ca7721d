import { failedWith } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { leastDurationMs } from "./least-duration.ts";

const HOUR_MS = 3_600_000;
const NANOSECONDS = 1e6;

/**
 * How long the tokens of a load are to live, milliseconds: as long as its workspaces, an hour at least, and no longer
 * than the deployment lets them. Refuses a deployment whose tokens end before the load can.
 */
export async function chooseTokenLifetime(
  owner: CoderClient,
  task: LoadTask,
  note: (message: string) => void,
): Promise<number> {
  const [configured, own] = await Promise.all([owner.deploymentConfig(), owner.tokenConfig("me")]);
  for (const answer of [configured, own])
    if (!answer.ok && !failedWith(answer, 403, 404))
      note(`how long tokens may live could not be checked: ${answer.failure.message}`);
  // eslint-disable-next-line no-restricted-syntax -- noted above as not checked.
  const { session_lifetime: limits } = configured.ok ? configured.value.config : {};
  // Users and owners have limits of their own, and only the caller's is told to everybody.
  const told = [
    limits?.max_token_lifetime,
    limits?.max_admin_token_lifetime,
    own.ok ? own.value.max_token_lifetime : undefined,
  ].filter((limit) => limit != null && limit > 0);
  const mostMs = Math.min(...told.map((limit) => Number(limit) / NANOSECONDS));
  const wishedMs = Math.max(HOUR_MS, task.workspaceTtlMs);
  if (wishedMs <= mostMs) return wishedMs;
  const leastMs = leastDurationMs(task);
  const lives = `tokens live at most ${minutes(mostMs)} on ${task.deployment.url}`;
  if (mostMs <= leastMs)
    throw new RefbenchError(
      "usage",
      `${lives}, and this load takes at least ${minutes(leastMs)}: raise CODER_MAX_TOKEN_LIFETIME and CODER_MAX_ADMIN_TOKEN_LIFETIME, or hold for less`,
    );
  note(`${lives}: what the load does after that fails as token-expired`);
  return Math.floor(mostMs);
}

function minutes(milliseconds: number): string {
  return `${Math.round(milliseconds / 6_000) / 10} min`;
}
