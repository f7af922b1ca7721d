import type { CoderClient } from "../../coder/client.ts";
import { failedWith } from "../../coder/http/answer.ts";
import { RefbenchError } from "../../tools/error.ts";
import { waitUntil } from "../../tools/time/wait-until.ts";
import type { TaskContext } from "../context/load-context.ts";

const ASK_AGAIN_MS = 500;
/** Replicas learn of a licence from each other within this time. */
const SETTLED_MS = 15_000;

/**
 * Waits until a posted licence has enabled a feature. Throws `coder` if it does not, instead of a later error
 * about missing replicas.
 */
export async function requireEntitlement(
  admin: CoderClient,
  feature: string,
  context: TaskContext,
): Promise<void> {
  let why = "it does not include it";
  const isOn = await waitUntil(
    async () => {
      const answer = await admin.entitlements();
      if (answer.ok && answer.value.features[feature]?.enabled === true) return true;
      why = answer.ok
        ? "it does not include it"
        : failedWith(answer, 404)
          ? "this build of Coder accepts no licence: deploy Coder's own build"
          : answer.failure.message;
      return undefined;
    },
    { clock: context.clock, everyMs: ASK_AGAIN_MS, forMs: SETTLED_MS, signal: context.signal },
  );
  if (isOn === undefined)
    throw new RefbenchError(
      "coder",
      `${feature} is not enabled in the deployment (${why}): ask Coder for a licence with that feature`,
    );
}
