import type { CoderClient } from "../../coder/client.ts";
import { RefbenchError } from "../../tools/error.ts";
import type { BootstrapTask } from "../../model/ports/worker-task.ts";
import { type BuildCapacity, buildCapacity } from "../context/capacity.ts";
import type { TaskContext } from "../context/load-context.ts";

const ASK_AGAIN_MS = 500;
/** A count that stays wrong for so long is a wrong value, not a deployment that still comes up. */
const SETTLED_MS = 15_000;

/** Waits until exactly the expected replicas and daemons are live: another count means that a value did not reach Coder. */
export async function awaitCapacity(
  owner: CoderClient,
  organizationId: string,
  task: BootstrapTask,
  context: TaskContext,
  deadline: number,
): Promise<BuildCapacity> {
  let seen: BuildCapacity | undefined;
  let sinceMs = context.clock.elapsed();
  for (;;) {
    const answer = await buildCapacity(owner, organizationId);
    if (answer.ok) {
      const { value } = answer;
      if (isExpected(value, task.expect)) return value;
      if (seen?.replicas !== value.replicas || seen.daemons !== value.daemons)
        sinceMs = context.clock.elapsed();
      seen = value;
    }
    const now = context.clock.elapsed();
    if (now > deadline || (seen !== undefined && now - sinceMs >= SETTLED_MS)) {
      const reason = answer.ok ? "" : `; asked last: ${answer.failure.message}`;
      throw new RefbenchError("coder", `${difference(seen, task.expect)}${reason}`);
    }
    await context.clock.sleep(ASK_AGAIN_MS, context.signal);
  }
}

function isExpected(seen: BuildCapacity, expect: BootstrapTask["expect"]): boolean {
  return seen.replicas === expect.replicas && seen.daemons === expect.provisionerDaemons;
}

function difference(seen: BuildCapacity | undefined, expect: BootstrapTask["expect"]): string {
  const live =
    seen === undefined
      ? "the deployment does not tell its replicas and provisioner daemons"
      : `${seen.replicas} replicas with ${seen.daemons} provisioner daemons are live`;
  return (
    `${live}, expected ${expect.replicas} replicas with ${expect.provisionerDaemons} in all: ` +
    "check coder.replicaCount and CODER_PROVISIONER_DAEMONS in the Helm values, and the licence"
  );
}
