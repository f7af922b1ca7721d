import type { CoderClient } from "../../coder/client.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";
import { type BuildCapacity, buildCapacity } from "../context/capacity.ts";
import type { TaskContext } from "../context/load-context.ts";
import { countOf } from "../../tools/count-text.ts";

const ASK_AGAIN_MS = 500;
/** A count that stays wrong for this long is a wrong value, not a deployment that is still starting. */
const SETTLED_MS = 15_000;

/**
 * Waits until exactly the expected replicas and daemons are live. Another count means that a Helm value did
 * not reach Coder.
 */
export async function awaitCapacity(
  admin: CoderClient,
  organizationId: string,
  task: BootstrapTask,
  context: TaskContext,
  deadline: number,
): Promise<BuildCapacity> {
  let seen: BuildCapacity | undefined;
  let sinceMs = context.clock.elapsed();
  for (;;) {
    const answer = await buildCapacity(admin, organizationId);
    if (answer.ok) {
      const { value } = answer;
      if (isExpected(value, task.expect)) return value;
      if (seen?.replicas !== value.replicas || seen.daemons !== value.daemons)
        sinceMs = context.clock.elapsed();
      seen = value;
    }
    const now = context.clock.elapsed();
    if (now > deadline || (seen !== undefined && now - sinceMs >= SETTLED_MS)) {
      const reason = answer.ok ? "" : `; the last answer: ${answer.failure.message}`;
      throw new RefbenchError("coder", `${describeDifference(seen, task.expect)}${reason}`);
    }
    await context.clock.sleep(ASK_AGAIN_MS, context.signal);
  }
}

function isExpected(seen: BuildCapacity, expect: BootstrapTask["expect"]): boolean {
  return seen.replicas === expect.replicas && seen.daemons === expect.provisionerDaemons;
}

function describeDifference(seen: BuildCapacity | undefined, expect: BootstrapTask["expect"]): string {
  const live =
    seen === undefined
      ? "the deployment does not report its replicas and provisioner daemons"
      : `live: ${countOf(seen.replicas, "replica")} with ${countOf(seen.daemons, "provisioner daemon")}`;
  return (
    `${live}, expected ${countOf(expect.replicas, "replica")} with ${expect.provisionerDaemons} in total: ` +
    "check coder.replicaCount and CODER_PROVISIONER_DAEMONS in the Helm values, and the licence"
  );
}
