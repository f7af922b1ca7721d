import { failedWith } from "../../coder/http/answer.ts";
import type { CoderClient } from "../../coder/client.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { LoadTask } from "../../model/ports/worker-task.ts";
import { leastDurationMs } from "./least-duration.ts";

const HOUR_MS = 3_600_000;
const NANOSECONDS = 1e6;

/**
 * How long the tokens of a load should live, in milliseconds: as long as its workspaces, at least an hour,
 * and at most as long as the deployment allows. Throws `usage` if tokens would expire before the load can
 * finish.
 */
export async function chooseTokenLifetime(
  admin: CoderClient,
  task: LoadTask,
  note: (message: string) => void,
): Promise<number> {
  const [configured, own] = await Promise.all([admin.deploymentConfig(), admin.tokenConfig("me")]);
  for (const answer of [configured, own])
    if (!answer.ok && !failedWith(answer, 403, 404))
      note(`the token lifetime could not be checked: ${answer.failure.message}`);
  // eslint-disable-next-line no-restricted-syntax -- noted above as not checked.
  const { session_lifetime: limits } = configured.ok ? configured.value.config : {};
  // Users and site admins have separate limits, and only the caller's own is shown to everybody.
  const knownLimits = [
    limits?.max_token_lifetime,
    limits?.max_admin_token_lifetime,
    own.ok ? own.value.max_token_lifetime : undefined,
  ].filter((limit) => limit != null && limit > 0);
  const mostMs = Math.min(...knownLimits.map((limit) => Number(limit) / NANOSECONDS));
  const wishedMs = Math.max(HOUR_MS, task.workspaceTtlMs);
  if (wishedMs <= mostMs) return wishedMs;
  const leastMs = leastDurationMs(task);
  const lives = `tokens live at most ${minutes(mostMs)} on ${task.deployment.url}`;
  if (mostMs <= leastMs)
    throw new RefbenchError(
      "usage",
      `${lives}, but this load takes at least ${minutes(leastMs)}: raise CODER_MAX_TOKEN_LIFETIME and CODER_MAX_ADMIN_TOKEN_LIFETIME, or shorten the hold`,
    );
  note(`${lives}: later requests of the load fail as token-expired`);
  return Math.floor(mostMs);
}

function minutes(milliseconds: number): string {
  return `${Math.round(milliseconds / 6_000) / 10} min`;
}
